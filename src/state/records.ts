/**
 * The records that survive a restart, with their schemas: a store may hold what an older version
 * wrote, so every value is checked when it is read. Records never hold a secret.
 */
import { z } from 'zod';
import type { CredentialState, ModelState } from '../credentials/state.ts';
import type { QuotaReadings, QuotaWindow } from '../credentials/quota.ts';
import { credentialId, type CredentialId } from '../ids.ts';

/** Which credential a conversation is bound to (routing.md 5.4). Stored under its binding key. */
export interface BindingRecord {
  credential: CredentialId;
  /** Unix ms. */
  expiresAtMs: number;
  /** Other keys of the same conversation. */
  aliases: string[];
}

/** Every kind of record with its value type. Keys: credential id, binding key. */
export interface StoreRecords {
  credential: CredentialState;
  binding: BindingRecord;
}

/** Name of a kind. */
export type StoreKind = keyof StoreRecords;

const modelState: z.ZodType<ModelState> = z.object({
  status: z.enum(['active', 'error']),
  message: z.string(),
  unavailable: z.boolean(),
  nextRetryAt: z.number().optional(),
  quota: z.object({
    exceeded: z.boolean(),
    reason: z.enum(['', 'quota', 'credential_quota', 'cloudflare']),
    nextRecoverAt: z.number().optional(),
    backoffLevel: z.number(),
  }),
  lastError: z
    .object({
      message: z.string(),
      httpStatus: z.number(),
      evidence: z.string().optional(),
      until: z.number().optional(),
      scope: z.enum(['model', 'credential']).optional(),
      limit: z.string().optional(),
    })
    .optional(),
  suspension: z.string().optional(),
  quotaMarkAt: z.number().optional(),
  updatedAt: z.number(),
});

const quotaWindow: z.ZodType<QuotaWindow> = z.object({
  usedPercent: z.number(),
  windowMinutes: z.number(),
  resetAt: z.number(),
  evidence: z.string(),
});

const quotaReadings: z.ZodType<QuotaReadings> = z.object({
  plan: z.string().optional(),
  activeLimit: z.string(),
  limits: z.array(
    z.object({
      name: z.string(),
      models: z.array(z.string()),
      primary: quotaWindow.optional(),
      secondary: quotaWindow.optional(),
      observedAt: z.number(),
      source: z.enum(['headers', 'frame']),
    }),
  ),
  credits: z
    .object({ hasCredits: z.boolean(), unlimited: z.boolean(), balance: z.string().optional() })
    .optional(),
  observedAt: z.number(),
});

const credentialState: z.ZodType<CredentialState> = z.object({
  account: modelState,
  models: z.record(z.string(), modelState),
  quota: quotaReadings.optional(),
});

/** What is fixed about one kind. */
interface KindRules<Value> {
  schema: z.ZodType<Value>;
  /** Records kept; beyond it the one that was written longest ago goes. */
  maxEntries: number;
  /** Encoded size of one value; a larger one is not stored. */
  maxValueBytes: number;
  /** Unix ms after which a record is worthless; `Infinity` = never. */
  expiresAtMs(value: Value): number;
}

/** Rules of every kind. */
export const KINDS: { readonly [Kind in StoreKind]: KindRules<StoreRecords[Kind]> } = {
  credential: {
    schema: credentialState,
    // Far above any pool in use; removed credentials leave their last state behind.
    maxEntries: 10_000,
    // Some hundred models with their last error each.
    maxValueBytes: 256 * 1024,
    expiresAtMs: () => Number.POSITIVE_INFINITY,
  },
  binding: {
    schema: z.object({
      credential: z.string().transform(credentialId),
      expiresAtMs: z.number(),
      aliases: z.array(z.string()),
    }),
    // About 10 MB on disk; an hour's conversations of a busy team are some thousands.
    maxEntries: 50_000,
    // 65 aliases (routing.md 5.4) of 200 characters, with room.
    maxValueBytes: 16 * 1024,
    expiresAtMs: (value) => value.expiresAtMs,
  },
};
