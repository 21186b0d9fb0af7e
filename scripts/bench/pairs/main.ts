/** `npm run bench:pairs`: the pairs alone. Exit code 1 when one of them misses the goal. */
import { measurePairs } from './measure.ts';

console.log(`node ${process.version}; cpu µs = user+system CPU of the process`);
if (!(await measurePairs())) process.exitCode = 1;
