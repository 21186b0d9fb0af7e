/** Streams of Anthropic that are read for a client who wants one whole answer (providers.md 7.5). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chatClient } from '../../../src/formats/chat/sides.ts';
import { claudeUpstream } from '../../../src/formats/claude/upstream.ts';
import { geminiClient } from '../../../src/formats/gemini/client.ts';
import { hubPair } from '../../../src/formats/hub.ts';
import { responsesClient } from '../../../src/formats/responses/sides.ts';
import { SwitchyardError } from '../../../src/errors.ts';
import { claudeSse, claudeTurn } from '../../support/claude-wire.ts';
import { responseContext } from '../chat/contexts.ts';
import { clientText } from '../streams.ts';

type Json = Record<string, unknown>;

const [START = {}, ...REST] = claudeTurn({ content: [{ type: 'text', text: 'Hello' }] });
const startOf = (change: Json): Json => ({
  ...START,
  message: { ...(START['message'] as Json), ...change },
});

for (const client of [chatClient, responsesClient, geminiClient]) {
  const read = (events: readonly Json[], stream: boolean): string => {
    const translator = hubPair(client, claudeUpstream).response(responseContext({ stream }));
    return clientText(translator, [Buffer.from(claudeSse(events))]);
  };
  const refusal = (events: readonly Json[]): SwitchyardError => {
    try {
      return assert.fail(read(events, false));
    } catch (thrown) {
      if (thrown instanceof SwitchyardError) return thrown;
      throw thrown;
    }
  };

  describe(`a folded stream for ${client.format}`, () => {
    it('without message_start it is a 502; a live stream is forwarded', () => {
      const { status, message } = refusal(REST);
      assert.equal(status, 502);
      assert.match(message, /missing message_start/);
      assert.match(read(REST, true), /Hello/);
    });

    it('a message_start with neither id nor model is a 502, one of both is enough', () => {
      const { status, message } = refusal([startOf({ id: '', model: undefined }), ...REST]);
      assert.equal(status, 502);
      assert.match(message, /message_start is missing id or model/);
      for (const change of [{ id: undefined }, { model: undefined }]) {
        assert.match(read([startOf(change), ...REST], false), /Hello/);
      }
    });
  });
}
