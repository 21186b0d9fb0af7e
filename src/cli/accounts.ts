/** `switchyard accounts`: every account, with what a proxy has learned about it, running or not. */
import type { Config } from '../config/types.ts';
import { scanCredentialFiles } from '../credentials/files.ts';
import type { CredentialRecord } from '../credentials/record.ts';
import { readTokens, type TokenPayload } from '../credentials/tokens.ts';
import { SwitchyardError } from '../errors.ts';
import { stateKey, storeFolder } from '../state/places.ts';
import { readStates } from '../state/read-states.ts';
import { accountTable } from './account-table.ts';
import { accountView, type AccountView } from './account-view.ts';
import type { CliIo } from './io.ts';

/** @throws SwitchyardError `credential_file_failed` when auth-dir can not be used */
export async function listAccounts(io: CliIo, config: Config, json: boolean): Promise<void> {
  const scan = await scanCredentialFiles(config.authDir, config);
  const { states, problem } = await readStates(storeFolder(config));
  if (problem !== undefined) {
    io.note(`What the proxy learned can not be read, so state and quota are missing: ${problem}`);
  }
  const nowMs = io.clock.now();
  const views: AccountView[] = [];
  for (const record of [...config.credentials, ...scan.records]) {
    views.push(accountView(record, states.get(stateKey(record)), await tokensIn(record), nowMs));
  }
  for (const { file, reason } of scan.skipped) io.note(`Not usable: ${file}: ${reason}`);
  if (json) return io.out(JSON.stringify(views, null, 2));
  if (views.length > 0) return accountTable(views, nowMs).forEach((line) => io.out(line));
  io.out(`No accounts in ${config.authDir}. Add one: switchyard login codex|claude`);
}

/** Undefined: its file holds no tokens (keys, service accounts), or has just gone. */
async function tokensIn(record: CredentialRecord): Promise<TokenPayload | undefined> {
  const { kind, provider, source } = record;
  if (kind !== 'oauth' || source.kind !== 'file' || provider === 'vertex') return undefined;
  try {
    return await readTokens(source.path);
  } catch (thrown) {
    if (!(thrown instanceof SwitchyardError)) throw thrown;
    return undefined;
  }
}
