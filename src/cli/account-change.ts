/** `switchyard accounts enable|disable|remove`: changes an account's file; a proxy watches it. */
import { rm } from 'node:fs/promises';
import type { Config } from '../config/types.ts';
import { scanCredentialFiles } from '../credentials/files.ts';
import { errnoOf } from '../credentials/json-file.ts';
import type { CredentialRecord } from '../credentials/record.ts';
import { updateFile } from '../credentials/update-file.ts';
import { SwitchyardError } from '../errors.ts';
import { sourceOf } from './account-view.ts';
import type { AccountAction } from './flags.ts';
import type { CliIo } from './io.ts';

/** @throws SwitchyardError `account_not_found`, `credential_file_failed` */
export async function changeAccount(
  io: CliIo,
  config: Config,
  change: { action: AccountAction; account: string; yes: boolean },
): Promise<void> {
  const { action, account, yes } = change;
  const { records } = await scanCredentialFiles(config.authDir, config);
  const record = chooseAccount([...config.credentials, ...records], account);
  const { source, label } = record;
  if (source.kind === 'config') {
    const message =
      `${label} is the entry ${sourceOf(record)} of the config file: change it there. ` +
      'A running proxy takes the saved file over';
    throw new SwitchyardError('account_not_found', { message });
  }
  if (action === 'remove') {
    if (!yes && io.input.isTTY === true) {
      const message = `this deletes the login in ${source.path}: repeat the command with --yes`;
      throw new SwitchyardError('invalid_request', { message });
    }
    await removeFile(source.path);
    return io.out(`Removed ${label}: ${source.path}`);
  }
  const disabled = action === 'disable';
  const changed =
    record.disabled !== disabled &&
    (await updateFile(source.path, (fields) => ({ ...fields, disabled })));
  io.out(`${changed ? '' : 'Already '}${action}d: ${label} (${sourceOf(record)})`);
}

async function removeFile(path: string): Promise<void> {
  try {
    await rm(path);
  } catch (thrown) {
    const message = `${path} can not be removed (${errnoOf(thrown)})`;
    throw new SwitchyardError('credential_file_failed', { message });
  }
}

/**
 * The one account that is meant: by its whole name, else by the beginning of one.
 * @throws SwitchyardError `account_not_found`
 */
function chooseAccount(records: readonly CredentialRecord[], text: string): CredentialRecord {
  const wanted = text.toLowerCase();
  const exact = records.filter((record) => namesOf(record).includes(wanted));
  const fitting =
    exact.length > 0
      ? exact
      : records.filter((record) => namesOf(record).some((name) => name.startsWith(wanted)));
  const [first, ...others] = fitting;
  if (first !== undefined && others.length === 0) return first;
  const choice = (first === undefined ? records : fitting).map(sourceOf).join(', ') || 'none';
  const reason = first === undefined ? `no account fits ${text}` : `several accounts fit ${text}`;
  throw new SwitchyardError('account_not_found', { message: `${reason}; there are: ${choice}` });
}

/** Everything that an account is known by, in lower case. */
function namesOf(record: CredentialRecord): string[] {
  const { id, label, email, handle } = record;
  const names = [id, id.replace(/\.json$/, ''), label, email ?? '', handle, sourceOf(record)];
  return names.map((name) => name.toLowerCase()).filter((name) => name !== '');
}
