/** Who may serve a turn, and with which body (codex.md 3.6). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { credentialId } from '../../../src/ids.ts';
import {
  planTurn,
  type Memory,
  type SocketPlan,
} from '../../../src/front/responses-socket/plan.ts';
import { readFrame } from '../../../src/front/responses-socket/frame.ts';

const PIN = credentialId('a');
const PINNED: Memory = { at: 'upstream', pin: PIN };
const RELEASED: Memory = { at: 'upstream', pin: undefined };
const HERE: Memory = { at: 'here' };

const CREATE = { type: 'response.create', model: 'm', input: [] };
const CONTINUE = { ...CREATE, previous_response_id: 'resp_1' };
const APPEND = { type: 'response.append', input: [] };
const WARM = { ...CREATE, generate: false };

const plan = (frame: object, memory: Memory, hasTranscript = false): SocketPlan =>
  planTurn(readFrame(Buffer.from(JSON.stringify(frame))), memory, hasTranscript);

/** `body, who may serve, pin, continues, answered here` */
function told({ body, wishes, continues, here }: SocketPlan): string {
  return [body, wishes.only, wishes.pin ?? '-', continues ? 'continues' : '-', here].join(' ');
}

describe('planTurn', () => {
  const cases: [string, object, Memory, boolean, string][] = [
    ['a first turn', CREATE, HERE, false, 'by-credential any - - never'],
    ['a warm-up', WARM, HERE, false, 'native websockets - - instead'],
    ['a turn behind one over HTTP', CONTINUE, HERE, true, 'full any - - never'],
    ['an append behind one over HTTP', APPEND, HERE, true, 'full any - - never'],
    ['everything again behind one over HTTP', CREATE, HERE, true, 'full any - - never'],
    ['a warm-up behind one over HTTP', WARM, HERE, true, 'full any - - always'],
    [
      'an increment for the upstream socket',
      CONTINUE,
      PINNED,
      false,
      'native pin a continues never',
    ],
    ['an append for it', APPEND, PINNED, false, 'native pin a continues never'],
    [
      'an increment whose account failed',
      CONTINUE,
      RELEASED,
      false,
      'native pin - continues never',
    ],
    ['everything again', CREATE, PINNED, false, 'by-credential any a - never'],
    ['everything again, account failed', CREATE, RELEASED, false, 'by-credential any - - never'],
    ['a warm-up again', WARM, PINNED, false, 'native websockets a - instead'],
  ];
  for (const [name, frame, memory, hasTranscript, expected] of cases) {
    it(`${name}: ${expected}`, () => {
      assert.equal(told(plan(frame, memory, hasTranscript)), expected);
    });
  }

  it('92: what continues an unknown answer is refused', () => {
    assert.throws(() => plan(CONTINUE, HERE), { code: 'replay_required', status: 409 });
  });

  it('84: an append before anything else is refused', () => {
    const message = 'websocket request received before response.create';
    assert.throws(() => plan(APPEND, HERE), { code: 'invalid_request', message });
  });
});
