import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openerFor } from '../../src/cli/browser.ts';
import { parseCommand, type Command } from '../../src/cli/flags.ts';

const login = (options: object = {}, config?: string): Command => ({
  name: 'login',
  config,
  options: {
    provider: 'codex',
    device: false,
    browser: true,
    callbackPort: undefined,
    websockets: true,
    ...options,
  },
});

const imports = (path?: string, wishes: object = {}): Command => ({
  name: 'import',
  config: undefined,
  path,
  wishes: { websockets: true, location: undefined, prefix: undefined, ...wishes },
});

const serve = (config?: string): Command => ({ name: 'serve', config });

describe('command line', () => {
  const CASES: [args: string, expected: Command][] = [
    ['', serve()],
    ['serve', serve()],
    ['-config a.yaml', serve('a.yaml')],
    ['--config=a.yaml serve', serve('a.yaml')],
    ['--config serve', serve('serve')],
    ['--version', { name: 'version' }],
    ['accounts --version', { name: 'version' }],
    ['login codex', login()],
    ['--config a.yaml login codex', login({}, 'a.yaml')],
    ['login --no-browser codex', login({ browser: false })],
    [
      'login codex --callback-port 9 --no-websockets',
      login({ callbackPort: 9, websockets: false }),
    ],
    ['login codex --device --config a', login({ device: true }, 'a')],
    ['-codex-login', login()],
    ['-codex-device-login -config a', login({ device: true }, 'a')],
    [
      '--codex-login -no-browser -oauth-callback-port=7',
      login({ browser: false, callbackPort: 7 }),
    ],
    ['login claude', login({ provider: 'claude' })],
    [
      '-claude-login -no-browser -oauth-callback-port 7',
      login({ provider: 'claude', browser: false, callbackPort: 7 }),
    ],
    ['login import', imports()],
    ['login import ~/x --no-websockets', imports('~/x', { websockets: false })],
    [
      '--location global login import k.json --prefix /eu',
      imports('k.json', { location: 'global', prefix: '/eu' }),
    ],
    ['-vertex-import k.json', imports('k.json')],
    ['-vertex-import=k.json -vertex-import-prefix eu', imports('k.json', { prefix: 'eu' })],
    ['accounts', { name: 'accounts', config: undefined, json: false }],
    ['accounts -json -config a', { name: 'accounts', config: 'a', json: true }],
    [
      'accounts remove ann --yes',
      { name: 'change', config: undefined, action: 'remove', account: 'ann', yes: true },
    ],
  ];
  for (const [args, expected] of CASES) {
    it(args || '(nothing)', () => {
      assert.deepEqual(parseCommand(args.split(' ').filter((part) => part !== '')), expected);
    });
  }

  for (const args of [
    '--help',
    '-h',
    'help',
    'login --help',
    'login codex -h',
    'accounts --help',
  ]) {
    it(`${args}: the usage`, () => {
      const command = parseCommand(args.split(' '));
      assert.equal(command.name, 'print');
      assert.match(command.name === 'print' ? command.text : '', /^usage: switchyard/);
    });
  }

  const WRONG: [args: string, named: RegExp][] = [
    ['--nonsense', /^unknown argument --nonsense\n\nusage: /],
    ['nonsense', /^unknown argument nonsense/],
    ['--cofig x', /^unknown argument --cofig\n/],
    ['--config a.yaml nonsense', /^unknown argument nonsense\n/],
    ['serve more', /^unknown argument more/],
    ['--config', /^--config needs a value/],
    ['--help=yes', /^unknown argument --help=yes/],
    ['--no-browser', /^--no-browser belongs to a login/],
    ['login', /^log in to what\?/],
    ['login gemini', /^unknown argument gemini/],
    ['login claude --device', /^--device belongs to login codex/],
    ['-claude-login --no-websockets', /^--no-websockets belongs to login codex/],
    ['login codex more', /^unknown argument more/],
    ['login codex --callback-port 70000', /^--callback-port 70000 is not a port/],
    ['login codex --callback-port -1', /^--callback-port -1 is not a port/],
    ['login codex --json', /^unknown argument --json/],
    ['login import --device', /^--device is nothing for login import/],
    ['login import k --location a.b', /^--location a\.b is not a region/],
    ['login import k --prefix a/b', /^--prefix a\/b is not a name without slashes/],
    ['login import --vertex-import k', /^unknown argument --vertex-import/],
    ['login codex --prefix eu', /^--prefix belongs to login import/],
    ['-vertex-import-prefix eu', /^--vertex-import-prefix belongs to a login/],
    ['-vertex-import k --json', /^unknown argument --json/],
    ['-vertex-import k -device', /^--device is nothing for login import/],
    ['accounts hide ann', /^unknown argument hide/],
    ['accounts disable', /^disable which account\?/],
    ['accounts disable a b', /^unknown argument b/],
    ['accounts constructor', /^unknown argument constructor/],
    ['--constructor', /^unknown argument --constructor/],
  ];
  for (const [args, named] of WRONG) {
    it(`${args}: an error that names it`, () => {
      assert.throws(() => parseCommand(args.split(' ')), {
        code: 'invalid_config',
        message: named,
      });
    });
  }
});

describe('opener of pages', () => {
  for (const [platform, program] of [
    ['linux', 'xdg-open'],
    ['darwin', 'open'],
    ['win32', 'rundll32'],
  ] as const) {
    it(`${platform}: ${program}, the address as one argument`, () => {
      const [name, args] = openerFor(platform, 'http://a/?b=c&d=e');
      assert.deepEqual([name, args.at(-1)], [program, 'http://a/?b=c&d=e']);
    });
  }
});
