/** The contract on node:http and ws. */
import { describe } from 'node:test';
import { httpCases } from './http-cases.ts';
import { socketCases } from './socket-cases.ts';
import { startNode } from '../../../src/front/server/node.ts';

describe('node:http', () => {
  httpCases(startNode);
  socketCases(startNode);
});
