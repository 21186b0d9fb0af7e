/** Shared by the tests of this folder: parsing with a fixed home and working folder. */
import { parseConfig } from '../../src/config/schema.ts';
import type { Config } from '../../src/config/types.ts';

/** Where paths of test files lead. */
export const env = { homeDir: '/home/ann', cwd: '/srv/app' };

/** Parses with {@link env}. */
export const parse = (text: string): Config => parseConfig(text, env);
