/** Answers requests that only ask for their own size in tokens: estimated here, no account is asked. */
import { NOTHING_DONE } from './ledger.ts';
import { parseBody } from '../formats/body.ts';
import { SwitchyardError } from '../errors.ts';
import type { AdmittedRequest } from './turn-intake.ts';

/** @throws SwitchyardError `invalid_json`, `invalid_request`. */
export function answerCount(request: AdmittedRequest, body: Uint8Array): void {
  const { exchange, surface, ownHeaders } = request;
  if (surface.countTokens === undefined) throw new SwitchyardError('not_found');
  const answer = JSON.stringify(surface.countTokens(parseBody(body)));
  exchange.cork(() => {
    exchange.head(200, ['content-type', 'application/json', ...ownHeaders]);
    exchange.end(answer);
  });
  request.onDone({ ...NOTHING_DONE, status: 200 });
}
