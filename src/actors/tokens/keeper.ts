/** Who holds a credential's access token, as its actor sees it. */

/** An access token as the credential's keeper hands it out. */
export interface Token {
  token: string;
  accountId: string | undefined;
}

/** Keeps one credential's access token. */
export interface Keeper {
  /** The token when it is fresh enough to use at once. */
  current(nowMs: number): Token | undefined;
  /** Reads or refreshes the token; single flight. Undefined: a login is needed. */
  obtain(): Promise<Token | undefined>;
  /** A newer token than the refused one. Undefined: there is none. */
  renew(refused: string): Promise<Token | undefined>;
  /** Its file has new content; absent: it has none that is looked at. */
  look?(): void;
  close(): void;
}
