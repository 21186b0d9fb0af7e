/**
 * Which host owns which credential. Stable: a reload or a host's replacement moves nothing; a new
 * credential goes where the fewest are.
 */
import type { CredentialId, WorkerId } from '../ids.ts';

/** The owner of every credential. */
export class Placement {
  readonly #owners = new Map<CredentialId, WorkerId>();
  readonly #hosts: readonly WorkerId[];

  /** `hosts`: fixed for the life of the process, at least one. */
  constructor(hosts: readonly WorkerId[]) {
    this.#hosts = hosts;
  }

  /** The credential's host; chosen now if it has none. */
  place(credential: CredentialId): WorkerId {
    const present = this.#owners.get(credential);
    if (present !== undefined) return present;
    const host = this.#leastLoaded();
    this.#owners.set(credential, host);
    return host;
  }

  ownerOf(credential: CredentialId): WorkerId | undefined {
    return this.#owners.get(credential);
  }

  remove(credential: CredentialId): void {
    this.#owners.delete(credential);
  }

  #leastLoaded(): WorkerId {
    const load = new Map<WorkerId, number>(this.#hosts.map((host) => [host, 0]));
    for (const host of this.#owners.values()) load.set(host, (load.get(host) ?? 0) + 1);
    let best: WorkerId | undefined;
    for (const [host, count] of load) {
      if (best === undefined || count < (load.get(best) ?? 0)) best = host;
    }
    if (best === undefined) throw new RangeError('a placement needs at least one host');
    return best;
  }
}
