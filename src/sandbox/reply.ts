/** Writing answers and faults to a socket: all at once, slowly, or not to the end. */
import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { chatBody, chatChunks } from './chat-wire.ts';
import type { BrokenOff, Refusal } from './commands.ts';
import { failedChunk, failedEvent, refusalError } from './errors-wire.ts';
import { quotaHeaders, type Quota } from './quota.ts';
import type { SandboxRequest } from './request.ts';
import type { Outcome } from './upstream.ts';
import { compactionBody, responsesBody, responsesEvents, type Answer } from './responses-wire.ts';
import { dataFrame, DONE_FRAME, responsesFrame } from './sse-wire.ts';

/** Sends a complete JSON body. */
export function sendJson(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}

/** Sends what was decided in the request's dialect. */
export async function sendOutcome(
  response: ServerResponse,
  request: SandboxRequest,
  outcome: Outcome,
): Promise<void> {
  if (request.kind !== 'chat') setQuota(response, outcome.quota);
  if (outcome.kind === 'refused') return refuse(response, outcome.refusal, outcome.nowMs);
  const { answer, fault, pauseMs } = outcome;
  if (!request.stream) {
    sendBody(response, JSON.stringify(bodyOf(request, answer)), fault);
    return;
  }
  const frames = framesOf(request, answer);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  const end = fault === undefined ? frames.length : Math.ceil(frames.length / 2);
  for (let index = 0; index < end && !response.destroyed; index += 1) {
    // Without `ref` a pause does not hold up the end of the process.
    if (pauseMs > 0 && index > 0) await pause(pauseMs, undefined, { ref: false });
    response.write(frames[index]);
  }
  finish(response, request, answer, fault);
}

function setQuota(response: ServerResponse, quota: Quota): void {
  for (const [name, value] of Object.entries(quotaHeaders(quota))) response.setHeader(name, value);
}

function refuse(response: ServerResponse, refusal: Refusal, nowMs: number): void {
  const told = refusalError(refusal, nowMs);
  if (told !== undefined) sendJson(response, told.status, JSON.stringify({ error: told.error }));
  else if (refusal.kind === 'reset') response.socket?.resetAndDestroy();
  else response.socket?.end();
}

/** A non-stream answer; a fault leaves its second half out. */
function sendBody(response: ServerResponse, text: string, fault: BrokenOff | undefined): void {
  if (fault === undefined) return sendJson(response, 200, text);
  if (fault.kind === 'failed') return sendJson(response, 502, JSON.stringify(failedChunk()));
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.write(text.slice(0, text.length / 2), () => {
    if (fault.kind === 'break') response.socket?.resetAndDestroy();
  });
}

function finish(
  response: ServerResponse,
  request: SandboxRequest,
  answer: Answer,
  fault: BrokenOff | undefined,
): void {
  if (fault?.kind === 'stall') return;
  if (fault?.kind === 'break') {
    // Behind the frames that are already written, so that the client has seen half an answer.
    response.write(': cut\n\n', () => response.socket?.resetAndDestroy());
    return;
  }
  if (fault?.kind === 'failed') response.write(failureFrame(request, answer));
  response.end();
}

function bodyOf(request: SandboxRequest, answer: Answer): Record<string, unknown> {
  if (request.kind === 'chat') return chatBody(answer);
  return request.kind === 'compact' ? compactionBody(answer) : responsesBody(answer);
}

function framesOf(request: SandboxRequest, answer: Answer): string[] {
  return request.kind === 'chat'
    ? [...chatChunks(answer).map(dataFrame), DONE_FRAME]
    : responsesEvents(answer).map(responsesFrame);
}

function failureFrame(request: SandboxRequest, answer: Answer): string {
  return request.kind === 'chat'
    ? dataFrame(failedChunk())
    : responsesFrame(failedEvent(answer.id));
}
