/** One program for all families of a file, which get their pools one after the other. */
import { after, before, describe } from 'node:test';
import { startProxy, startProxyOn, type TestProxy } from '../../support/proxy.ts';
import { reconfigure } from '../../support/reconfigure.ts';
import { collectedCleanup } from '../../support/temp.ts';
import type { Family, FamilyUpstream } from './families.ts';
import type { Json } from './forms/text.ts';

/** What a test of one family uses. */
export interface Stage {
  family: Family;
  upstream: FamilyUpstream;
  proxy: TestProxy;
}

export interface StageOptions {
  /** Where the usual server can not serve the clients. */
  server?: 'node' | undefined;
  /** Changes the configuration of a family. */
  configure?: (pool: Json) => Json;
}

/** Declares the tests of each family. `stage` is for use within tests. */
export function onFamilies(
  families: readonly Family[],
  models: readonly string[],
  { server, configure = (pool) => pool }: StageOptions,
  declare: (stage: () => Stage) => void,
): void {
  const cleanup = collectedCleanup();
  let proxy: TestProxy;
  before(async () => {
    proxy = await (server === undefined
      ? startProxy(cleanup, {})
      : startProxyOn(server, cleanup, {}));
  });
  after(() => cleanup.undo());

  for (const [index, family] of families.entries()) {
    describe(`on ${family.name}`, () => {
      let upstream: FamilyUpstream;
      before(async () => {
        const marker = `pool-${String(index)}`;
        upstream = await family.start(cleanup);
        const pool = family.pool(upstream.origin, [...new Set(models), marker]);
        await reconfigure(proxy, configure(pool), marker);
      });
      declare(() => ({ family, upstream, proxy }));
    });
  }
}
