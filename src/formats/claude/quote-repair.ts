/**
 * Repairs the single-quoted strings that some chat models write into tool arguments
 * (translate-openai-claude.md 9.1, "Quote repair"). Works on pieces as they stream; text that is
 * JSON already comes out as it went in.
 */

/** One call's arguments on their way. */
export class QuoteRepair {
  #quote = '';
  #escaped = false;

  /** The repaired form of the next piece. */
  push(piece: string): string {
    if (this.#quote === '' && !/['"]/.test(piece)) return piece;
    let text = '';
    for (const char of piece) text += this.#char(char);
    return text;
  }

  /** Closes a string that was left open in single quotes. */
  end(): string {
    if (this.#quote !== "'") return '';
    this.#quote = '';
    return this.#escaped ? '\\\\"' : '"';
  }

  #char(char: string): string {
    if (this.#escaped) {
      this.#escaped = false;
      if (this.#quote === '"') return char;
      return char === "'" ? char : `\\${char}`;
    }
    if (this.#quote !== '' && char === '\\') {
      this.#escaped = true;
      return this.#quote === '"' ? char : '';
    }
    if (this.#quote === '') {
      if (char !== '"' && char !== "'") return char;
      this.#quote = char;
      return '"';
    }
    if (char === this.#quote) {
      this.#quote = '';
      return '"';
    }
    return char === '"' ? '\\"' : char;
  }
}

/** The repaired form of a whole text. */
export function repairedQuotes(text: string): string {
  const repair = new QuoteRepair();
  return repair.push(text) + repair.end();
}
