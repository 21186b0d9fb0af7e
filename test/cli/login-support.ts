/** A login in this process against a login service, and the browser that comes back from its page. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { startFakeAuth, type FakeAuth, type Person } from '../support/fake-auth.ts';
import { sendRequest } from '../support/http-client.ts';
import { cliWorld, type CliWorld } from './support.ts';

/** Address of the page, and of the listener's callback, in the output. */
export const PAGE = /(http\S+\/oauth\/authorize\?\S+)/;
export const LISTENER = /answer on (http:\/\/localhost:\d+\/\S+)/;

export interface Setting {
  world: CliWorld;
  auth: FakeAuth;
}

export async function setting(t: TestContext): Promise<Setting> {
  const auth = await startFakeAuth(t);
  const world = await cliWorld(t);
  world.env = auth.env;
  return { world, auth };
}

/** What a browser does: it follows the redirect to the listener, and then to its page. */
export async function browse(world: CliWorld, query: string, method = 'GET') {
  const callback = (await world.line(LISTENER)).replace('localhost', '127.0.0.1');
  const answer = await sendRequest(callback + query, { method });
  const { location } = answer.headers;
  const next = location === undefined ? undefined : new URL(location, callback).href;
  const page = next === undefined ? undefined : await sendRequest(next);
  return { status: answer.status, text: await answer.text(), page: page && (await page.text()) };
}

/** A whole login of that person with the browser. */
export async function logIn({ world, auth }: Setting, person: Person, ...args: string[]) {
  const running = world.start(...args);
  const { search } = auth.approve(await world.line(PAGE), person);
  const shown = await browse(world, search);
  assert.equal(await running.ended, 0, running.error?.message);
  return shown;
}
