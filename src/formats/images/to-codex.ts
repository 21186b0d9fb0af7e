/** The pair image client → Codex upstream: the hosted image tool, whose upstream always streams. */
import type { FormatPair } from '../format.ts';
import { encodeHostedRequest } from './encode-hosted.ts';
import { codexToImages } from './from-codex.ts';

export const imagesToCodex: FormatPair = {
  alwaysStreams: true,
  encodeRequest: encodeHostedRequest,
  response: codexToImages,
};
