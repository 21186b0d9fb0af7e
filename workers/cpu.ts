/** Thread entry of the CPU pool. */
export { translate as default } from '../src/actors/translation-task.ts';
