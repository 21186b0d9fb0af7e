/**
 * Branded identifiers. A bare string never crosses a module border as an id, so a credential's id
 * can not be handed in where a conversation's is expected.
 */
type Brand<T, Name extends string> = T & { readonly __brand: Name };

/** Stable id of one credential: path below auth-dir, or the hash of a config entry (config.md 11.2). */
export type CredentialId = Brand<string, 'CredentialId'>;
/** Public, opaque handle of a credential, safe to show to clients (config.md 11.3). */
export type AccountHandle = Brand<string, 'AccountHandle'>;
/** Key of one conversation's binding, e.g. `mixed::pck:abc::gpt-5.5` (routing.md 5.4). */
export type BindingKey = Brand<string, 'BindingKey'>;
/** Eight hex characters, one per client request, in every log line. */
export type RequestId = Brand<string, 'RequestId'>;
/** Number of one stream on the port between a front and a host; unique per front. */
export type StreamId = Brand<number, 'StreamId'>;
/** Name of a worker thread, e.g. `host-0`, `front-1`. */
export type WorkerId = Brand<string, 'WorkerId'>;

/** Gives a checked string its brand. Call it only where the value was validated. */
export const credentialId = (text: string): CredentialId => text as CredentialId;
/** See {@link credentialId}. */
export const accountHandle = (text: string): AccountHandle => text as AccountHandle;
/** See {@link credentialId}. */
export const bindingKey = (text: string): BindingKey => text as BindingKey;
/** See {@link credentialId}. */
export const requestId = (text: string): RequestId => text as RequestId;
/** See {@link credentialId}. */
export const streamId = (value: number): StreamId => value as StreamId;
/** See {@link credentialId}. */
export const workerId = (text: string): WorkerId => text as WorkerId;
