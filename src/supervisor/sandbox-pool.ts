/** Switches the sandbox on and off: it serves while no real credential exists, or when asked for. */
import { SANDBOX_MODELS } from '../sandbox/upstream.ts';
import { sandboxCredentials } from '../sandbox/credentials.ts';
import { startSandboxThread, type SandboxThread } from '../sandbox/thread.ts';
import type { Config } from '../config/types.ts';
import type { CredentialRecord } from '../credentials/record.ts';
import type { Log } from '../observe/log.ts';

/** The sandbox as a part of the pool. */
export class SandboxPool {
  readonly #log: Log;
  #thread: SandboxThread | undefined;
  #wanted = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** The sandbox accounts, or none. Starts the sandbox when it is needed for the first time. */
  async records(mode: Config['sandbox'], realCredentials: number): Promise<CredentialRecord[]> {
    this.#wanted = mode === 'on' || (mode === 'auto' && realCredentials === 0);
    if (!this.#wanted) return [];
    if (this.#thread === undefined) {
      this.#thread = await startSandboxThread();
      const reason = mode === 'on' ? 'it is switched on' : 'no credential is configured';
      this.#log.info(
        { origin: this.#thread.origin, models: SANDBOX_MODELS },
        `the built-in sandbox answers: ${reason}`,
      );
    }
    return sandboxCredentials(this.#thread.origin);
  }

  /** Ends a sandbox that is not wanted any more; call when no actor uses its accounts. */
  async settle(): Promise<void> {
    if (this.#wanted || this.#thread === undefined) return;
    await this.close();
    this.#log.info('the built-in sandbox is off: real credentials exist or it was switched off');
  }

  async close(): Promise<void> {
    await this.#thread?.close();
    this.#thread = undefined;
  }
}
