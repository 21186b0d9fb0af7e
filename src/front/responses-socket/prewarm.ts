/** The answer to a warm-up that concerns nobody upstream (codex.md 3.8). */

const NO_USAGE = {
  input_tokens: 0,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 0,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 0,
};

/** Id of the answer. */
export const prewarmId = (id: string): string => `resp_prewarm_${id}`;

/** Both frames. `id`: a fresh UUID; `createdAt`: Unix seconds. */
export function prewarmFrames(id: string, model: string, createdAt: number): [string, string] {
  const created = {
    id: prewarmId(id),
    object: 'response',
    created_at: createdAt,
    status: 'in_progress',
    background: false,
    error: null,
    output: [],
  };
  const completed = { ...created, status: 'completed', usage: NO_USAGE, model };
  return [
    JSON.stringify({
      type: 'response.created',
      sequence_number: 0,
      response: { ...created, model },
    }),
    JSON.stringify({ type: 'response.completed', sequence_number: 1, response: completed }),
  ];
}
