/**
 * Answers in the Responses format for Responses clients (translate-openai-claude.md 5.2, 5.3;
 * codex.md 1.11, 3.3): events go through as received. Only what clients rely on and upstreams leave
 * out is added: the model of the first events, the output list and usage details of the last one.
 */
import { isObject, objectOf, textOf, type JsonObject } from '../../canonical/value.ts';
import { countsOf } from '../../canonical/usage.ts';
import { closingBrace } from '../../json/closing-brace.ts';
import { ObjectEdits, applyEdits } from '../../json/edits.ts';
import { memberOf, parseValue, scanObject } from '../../json/scan.ts';
import { brokenOff } from '../codex/broken-off.ts';
import { parseAnswer } from '../body.ts';
import { OutputRepair } from '../codex/output-repair.ts';
import { decodeResponsesUsage } from '../codex/usage.ts';
import { fillUsageDetails } from '../codex/usage-details.ts';
import type { ResponseContext, ResponseTranslator, SseEvent, TurnUsage } from '../format.ts';
import { commentsOf, dataFrame, frameOf } from '../sse/frame.ts';
import { wholeEvents } from './whole-events.ts';

/** Nothing follows these (codex.md 3.3). Failures are normally taken by the provider before. */
const TERMINAL: ReadonlySet<unknown> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
  'response.done',
  'response.error',
  'error',
]);

const OPEN_BRACE = 0x7b;

/** The translator for one attempt. */
export function forwardResponses(context: ResponseContext): ResponseTranslator {
  return context.stream ? new StreamForwarder(context) : new BodyForwarder();
}

/** What both forms share: the collected items and the end of the answer. */
abstract class Forwarder implements ResponseTranslator {
  terminal = false;
  usage: TurnUsage | undefined;
  readonly #repair = new OutputRepair();

  abstract onEvent(event: SseEvent): string;
  abstract onBody(body: Uint8Array): Uint8Array | string;

  onEnd(): string {
    if (this.terminal) return '';
    throw brokenOff();
  }

  protected collect(event: JsonObject): void {
    this.#repair.add(event);
  }

  /** Notes the end; true if the event had to be changed, which happens in place. */
  protected finish(event: JsonObject): boolean {
    this.terminal = true;
    const { response } = event;
    if (!isObject(response)) return false;
    const filled = fillUsageDetails(response);
    this.note(response);
    return this.#repairOutput(response) || filled;
  }

  protected note(response: JsonObject): void {
    const usage = decodeResponsesUsage(response.usage);
    if (usage !== undefined) this.usage = countsOf(usage);
  }

  #repairOutput(response: JsonObject): boolean {
    const { output } = response;
    const own: readonly unknown[] = Array.isArray(output) ? output : [];
    const repaired = this.#repair.repaired(response);
    if (repaired.length === 0 || repaired.every((item, place) => item === own[place])) return false;
    response.output = repaired;
    return true;
  }
}

class StreamForwarder extends Forwarder {
  readonly #model: string;
  #sawData = false;

  constructor(context: ResponseContext) {
    super();
    this.#model = context.requestedModel;
  }

  onEvent(event: SseEvent): string {
    if (this.terminal) return '';
    const { json } = event;
    if (!isObject(json)) return this.#dataless(event);
    this.#sawData = true;
    return this.#change(json) ? dataFrame(event.event, JSON.stringify(json)) : frameOf(event);
  }

  onBody(body: Uint8Array): string {
    const answer = parseAnswer(body);
    const response = isObject(answer.response) ? answer.response : answer;
    this.finish({ response });
    return wholeEvents(response)
      .map((event) => dataFrame(textOf(event.type), JSON.stringify(event)))
      .join('');
  }

  /** True if the event was changed. */
  #change(json: JsonObject): boolean {
    const { type } = json;
    if (type === 'response.output_item.done') this.collect(json);
    else if (type === 'response.created' || type === 'response.in_progress') {
      return this.#nameModel(objectOf(json.response)) || fillUsageDetails(json);
    } else if (TERMINAL.has(type)) return this.finish(json);
    return false;
  }

  #nameModel(response: JsonObject): boolean {
    if (response.model !== undefined && response.model !== null) return false;
    response.model = this.#model;
    return true;
  }

  /** Comments pass once the answer has begun; before, they would only spoil another attempt. */
  #dataless(event: SseEvent): string {
    if (!this.#sawData) return '';
    return event.data === '' ? commentsOf(event) : frameOf(event);
  }
}

class BodyForwarder extends Forwarder {
  onEvent(event: SseEvent): string {
    const { json } = event;
    if (this.terminal || !isObject(json)) return '';
    if (json.type === 'response.output_item.done') this.collect(json);
    if (!TERMINAL.has(json.type)) return '';
    return this.finish(json) ? JSON.stringify(json.response) : responseText(event.data);
  }

  onBody(body: Uint8Array): Uint8Array {
    this.terminal = true;
    const answer = innerAnswer(body);
    const members = scanObject(answer);
    const member = memberOf(members, 'usage');
    if (member === undefined) return answer;
    const usage = parseValue(answer, member);
    this.note({ usage });
    const kind = memberOf(members, 'object');
    const object = kind === undefined ? undefined : parseValue(answer, kind);
    if (!fillUsageDetails({ object, usage })) return answer;
    const edits = new ObjectEdits(answer, members, closingBrace(answer));
    edits.set('usage', JSON.stringify(usage));
    return applyEdits(answer, edits.edits());
  }
}

/** The answer itself, also where the upstream wrapped it into its terminal event. */
function innerAnswer(body: Uint8Array): Uint8Array {
  const member = memberOf(scanObject(body), 'response');
  if (member === undefined || body[member.valueStart] !== OPEN_BRACE) return body;
  return body.subarray(member.valueStart, member.valueEnd);
}

/** Bytes of the member `response`, as the upstream wrote them. */
function responseText(data: string): string {
  const bytes = Buffer.from(data, 'utf8');
  const member = memberOf(scanObject(bytes), 'response');
  return member === undefined ? data : bytes.toString('utf8', member.valueStart, member.valueEnd);
}
