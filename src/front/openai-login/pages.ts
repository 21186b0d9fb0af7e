/**
 * What a Codex client with a ChatGPT login asks of its backend beside turns (clients.md 5.4). Such a
 * client talks to Switchyard as if it had one account; which accounts there are is not told.
 */
import { accountsCheck } from './accounts-check.ts';
import { codexModelList } from '../../routing/model-list.ts';
import { usagePage } from './usage.ts';
import type { Exchange } from '../server/types.ts';
import type { Pool } from './pool.ts';
import type { Principal } from '../../turn.ts';

/** The answers that exist. */
export type LoginPage =
  'models' | 'accounts' | 'settings' | 'usage' | 'installed-plugins' | 'suggested-plugins';

const NO_PLUGINS = { plugins: [], pagination: { next_page_token: null } };
const NO_SUGGESTIONS = { enabled: false, plugins: [] };

/** One answer, ready for `JSON.stringify`. */
export function loginPage(
  page: LoginPage,
  pool: Pool,
  caller: Pick<Exchange, 'header'>,
  principal: Principal,
): object {
  switch (page) {
    case 'models':
      return codexModelList(pool.table, pool.states, pool.nowMs);
    case 'accounts':
      return accountsCheck(pool, caller.header('chatgpt-account-id'), principal.scope);
    case 'settings':
      return {};
    case 'usage':
      return usagePage(pool);
    case 'installed-plugins':
      return NO_PLUGINS;
    case 'suggested-plugins':
      return NO_SUGGESTIONS;
  }
}
