/**
 * `GET /backend-api/wham/accounts/check`: which workspace serves the login (clients.md 5.4). Without a
 * good answer the client makes no model request at all.
 */
import { bestPlan, codexAccounts, type Pool } from './pool.ts';
import { uuidV5 } from '../../conversation/uuid5.ts';

/** Characters of an account id; real ones are UUIDs. */
const MAX_ID_CHARS = 128;

/** The client keeps the address it was configured with; this one must only be HTTPS, and lead nowhere. */
const NOWHERE = 'https://workspace.invalid';
const ANYWHERE = 'NO_CONSTRAINT';

/**
 * One workspace. It bears the id that the caller believes to have, or one made from its scope: never
 * that of an account of the pool.
 */
export function accountsCheck(pool: Pool, claimed: string | undefined, scope: string): object {
  const id = idOf(claimed, scope);
  const account = {
    id,
    plan_type: bestPlan(codexAccounts(pool)),
    structure: 'personal',
    workspace_backend_origin: NOWHERE,
    account_routing_override: ANYWHERE,
  };
  return { accounts: [account], account_ordering: [id], default_account_id: id };
}

function idOf(claimed: string | undefined, scope: string): string {
  const id = claimed?.trim() ?? '';
  return id === '' || id.length > MAX_ID_CHARS ? uuidV5(`switchyard:account:${scope}`) : id;
}
