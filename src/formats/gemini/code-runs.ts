/**
 * Code that Google ran: `executableCode` and, in the same chunk or a later one, its
 * `codeExecutionResult` (translate-gemini-thinking.md 1.1). Told once both are there.
 */
import type { EventSink } from '../../canonical/events.ts';
import { textOf, type JsonObject } from '../../canonical/value.ts';

/** What the runs need from their candidate. */
export interface CodeRunRules {
  emit: EventSink;
  choice: number;
  newItem(): number;
  newRunId(): string;
}

/** The runs of one candidate. */
export class CodeRuns {
  readonly #rules: CodeRunRules;
  #code: string | undefined;

  constructor(rules: CodeRunRules) {
    this.#rules = rules;
  }

  started({ code }: JsonObject): void {
    this.end();
    this.#code = textOf(code);
  }

  finished({ outcome, output }: JsonObject): void {
    this.#tell(this.#code ?? '', textOf(output), outcome !== 'OUTCOME_OK');
  }

  /** Nothing follows: code without a result is told as it is. */
  end(): void {
    if (this.#code !== undefined) this.#tell(this.#code, undefined, false);
  }

  #tell(code: string, output: string | undefined, failed: boolean): void {
    this.#code = undefined;
    const { emit, choice, newItem, newRunId } = this.#rules;
    emit({ type: 'code_run', item: newItem(), choice, id: newRunId(), code, output, failed });
  }
}
