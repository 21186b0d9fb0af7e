/** Whose tokens these are: answers of the token endpoint and of the profile say it (providers.md 7.2). */
import { defined } from '../../config/values.ts';
import type { TokenFields } from '../../credentials/tokens.ts';
import { jsonObject, objectAt, textAt } from '../failure.ts';

/** What an answer tells about the account; what it does not name is left out. */
export function accountIn(body: string): TokenFields {
  const answer = jsonObject(body);
  const account = objectAt(answer, 'account');
  const organization = objectAt(answer, 'organization');
  return defined<TokenFields>({
    // The profile spells the address in its own way.
    email: textAt(account, 'email_address').trim() || textAt(account, 'email').trim() || undefined,
    accountUuid: textAt(account, 'uuid').trim() || undefined,
    organizationUuid: textAt(organization, 'uuid').trim() || undefined,
    organizationName: textAt(organization, 'name').trim() || undefined,
  });
}
