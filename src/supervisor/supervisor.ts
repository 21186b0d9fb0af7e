/**
 * The main thread: reads configuration and credential files, starts store, sandbox, hosts and
 * fronts, applies reloads, and stops everything in order. No request passes through here.
 */
import { isDeepStrictEqual } from 'node:util';
import { Fronts } from './fronts.ts';
import { accountsOf } from './accounts.ts';
import { Hosts } from './hosts.ts';
import { Learned } from './learned.ts';
import { buildRoutingTable } from '../routing/table.ts';
import { diffConfig, diffCredentialFiles } from '../config/diff.ts';
import { frontSettings } from '../front/control.ts';
import { hostSettings } from '../actors/settings.ts';
import { loadConfigFile } from '../config/load.ts';
import { SandboxPool } from './sandbox-pool.ts';
import { fileId } from '../credentials/ids.ts';
import { scanCredentialFiles } from '../credentials/files.ts';
import { warn } from '../observe/warnings.ts';
import { watchFiles, type Watch } from '../config/watch.ts';
import type { AccountSnapshot } from '../credentials/account-snapshot.ts';
import type { Config } from '../config/types.ts';
import type { CredentialId } from '../ids.ts';
import type { CredentialRecord } from '../credentials/record.ts';
import { setDebug, type Log } from '../observe/log.ts';
import type { RoutingTable } from '../routing/table.ts';

/** Time for open turns to finish when the process is asked to stop (config.md 18). */
export const DRAIN_MS = 30_000;

/** How the process was started. */
export interface SupervisorOptions {
  configPath: string;
  version: string;
  log: Log;
}

/** A running proxy. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #log: Log;
  #config: Config;
  #records: CredentialRecord[] = [];
  #generation = 0;
  #hosts: Hosts;
  #fronts: Fronts;
  #learned: Learned;
  readonly #sandbox: SandboxPool;
  #watch: Watch | undefined;
  /** The newest valid configuration; in force once its reload has run. */
  #latest: Config;
  /** Credentials whose files have new content since the last reload. */
  readonly #rewritten = new Set<CredentialId>();
  /** Reloads run one after the other; never rejects. */
  #reloading: Promise<void> = Promise.resolve();

  private constructor(options: SupervisorOptions, config: Config, learned: Learned) {
    this.#options = options;
    this.#log = options.log;
    this.#config = config;
    this.#latest = config;
    this.#learned = learned;
    this.#sandbox = new SandboxPool(options.log);
    this.#hosts = new Hosts(
      config.threads.hosts,
      hostSettings(config),
      () => this.#fronts.running,
      { onState: (credential, state) => learned.onState(credential, state) },
      options.log,
    );
    this.#fronts = new Fronts(
      config.threads.fronts,
      { host: config.host, port: config.port },
      frontSettings(config, options.version),
      this.#table(),
      {
        attachHosts: (front, control) => this.#hosts.attachFront(front, control),
        onBindings: (changes) => learned.onBindings(changes),
        bindings: () => learned.bindings(),
      },
      options.log,
    );
  }

  /** Starts everything. @throws SwitchyardError `invalid_config` and listen errors. */
  static async start(options: SupervisorOptions): Promise<Supervisor> {
    const config = await loadConfigFile(options.configPath);
    const learned = await Learned.open(config, options.log);
    const supervisor = new Supervisor(options, config, learned);
    try {
      await supervisor.#start();
    } catch (thrown) {
      await supervisor.stop(0);
      throw thrown;
    }
    return supervisor;
  }

  /** The port that is listened on. */
  get port(): number {
    return this.#fronts.port;
  }

  get hosts(): Hosts {
    return this.#hosts;
  }

  get fronts(): Fronts {
    return this.#fronts;
  }

  /** All accounts as they stand: use, cooldowns, quota. No thread is asked. */
  accounts(): AccountSnapshot[] {
    return accountsOf(this.#records, (id) => this.#hosts.stateOf(id), Date.now());
  }

  /** Lets open turns finish, then ends all threads and closes the store. */
  async stop(deadlineMs: number = DRAIN_MS): Promise<void> {
    await this.#watch?.close();
    await this.#reloading;
    await this.#fronts.drain(deadlineMs);
    await this.#hosts.drain(0);
    await Promise.all([this.#fronts.stop(), this.#hosts.stop()]);
    await this.#sandbox.close();
    await this.#learned.close();
  }

  /** Watches first, so that no change between reading and watching is missed. */
  async #start(): Promise<void> {
    setDebug(this.#config.debug);
    this.#nameIgnored(this.#config);
    let started = (): void => undefined;
    this.#reloading = new Promise((resolve) => (started = resolve));
    try {
      this.#watch = await watchFiles({
        configPath: this.#options.configPath,
        authDir: this.#config.authDir,
        running: this.#config,
        onConfig: (config) => this.#reload(config),
        onCredentials: ({ changed }) => {
          for (const file of changed) this.#rewritten.add(fileId(file));
          this.#reload(this.#latest);
        },
        onError: (message) => this.#log.error({ code: 'SWY_W002' }, message),
      });
      await this.#startThreads();
    } finally {
      started();
    }
  }

  async #startThreads(): Promise<void> {
    this.#records = await this.#allRecords(this.#config);
    this.#hosts.restore(this.#learned.track(this.#records));
    await this.#hosts.start();
    await this.#hosts.setCredentials(this.#records);
    await this.#fronts.configure(this.#frontSettings(), this.#table());
    await this.#fronts.start();
  }

  #frontSettings(): ReturnType<typeof frontSettings> {
    return frontSettings(this.#config, this.#options.version);
  }

  #reload(config: Config): void {
    this.#latest = config;
    this.#reloading = this.#reloading.then(async () => {
      try {
        await this.#apply(this.#latest);
      } catch (thrown) {
        this.#log.error({ err: thrown, code: 'SWY_W002' }, 'a reload failed');
      }
    });
  }

  async #apply(config: Config): Promise<void> {
    const changes = diffConfig(this.#config, config);
    if (changes.length > 0) this.#log.debug({ changes }, 'config changes detected');
    if (config.authDir !== this.#config.authDir) await this.#watch?.setAuthDir(config.authDir);
    if (!isDeepStrictEqual(config.ignoredKeys, this.#config.ignoredKeys)) this.#nameIgnored(config);
    this.#config = config;
    setDebug(config.debug);
    await this.#readRecords(config);
    await this.#hosts.reconfigure(hostSettings(config));
    await this.#hosts.setCredentials(this.#records);
    const rewritten = [...this.#rewritten];
    this.#rewritten.clear();
    await this.#hosts.lookAgain(rewritten);
    await this.#fronts.configure(this.#frontSettings(), this.#table());
    await this.#sandbox.settle();
  }

  async #readRecords(config: Config): Promise<void> {
    const records = await this.#allRecords(config);
    const changes = diffCredentialFiles(this.#records, records);
    if (changes.length > 0) this.#log.debug({ changes }, 'credential file changes detected');
    this.#records = records;
    this.#learned.track(records);
  }

  #nameIgnored({ ignoredKeys }: Config): void {
    if (ignoredKeys.length > 0) warn(this.#log, 'SWY_W008', { keys: ignoredKeys });
  }

  #table(): RoutingTable {
    this.#generation += 1;
    const nowSeconds = Math.floor(Date.now() / 1000);
    return buildRoutingTable(this.#config, this.#records, this.#generation, nowSeconds);
  }

  /** Config entries, then files, then the sandbox when it is wanted. */
  async #allRecords(config: Config): Promise<CredentialRecord[]> {
    const files = await scanCredentialFiles(config.authDir, config);
    for (const { file, reason } of files.skipped) {
      warn(this.#log, 'SWY_W003', { file, reason });
    }
    const real = [...config.credentials, ...files.records];
    return [...real, ...(await this.#sandbox.records(config.sandbox, real.length))];
  }
}
