#!/usr/bin/env node
// Starts Switchyard from a clone: installs what is missing, compiles what changed, runs the entry.
import { ensureDependencies } from './ensure.mjs';

ensureDependencies();
const { build } = await import('./build.mjs');
const { pathToFileURL } = await import('node:url');
await import(pathToFileURL(await build()).href);
