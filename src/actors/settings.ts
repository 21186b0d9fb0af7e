/** The part of the configuration that actor hosts need; plain data, sent over the control plane. */
import type {
  Config,
  DisableImages,
  PayloadRule,
  RetryConfig,
  SocketConfig,
  UpstreamTimeouts,
} from '../config/types.ts';

/** Settings shared by all actors of a host. No client key and no credential is in here. */
export interface HostSettings {
  retry: Pick<RetryConfig, 'disableCooling' | 'transientCooldownMs'>;
  passthroughHeaders: boolean;
  upstream: UpstreamTimeouts;
  sockets: SocketConfig;
  proxyUrl: string;
  cpuPoolBytes: number;
  /** Bytes of a non-streamed upstream answer that are kept at most. */
  maxAnswerBytes: number;
  codexHeaderDefaults: { userAgent: string; betaFeatures: string };
  /** Model that calls the hosted image tool. */
  imageBaseModel: string;
  disableImageGeneration: DisableImages;
  /** The first events of a Codex stream wait for the answer to begin. */
  codexBootstrapBuffering: boolean;
  /** Rules that change request bodies. */
  payload: readonly PayloadRule[];
  debug: boolean;
}

/** Picks the hosts' part out of the configuration. */
export function hostSettings(config: Config): HostSettings {
  return {
    retry: {
      disableCooling: config.retry.disableCooling,
      transientCooldownMs: config.retry.transientCooldownMs,
    },
    passthroughHeaders: config.answers.passthroughHeaders,
    upstream: config.upstream,
    sockets: config.sockets,
    proxyUrl: config.proxyUrl,
    cpuPoolBytes: config.limits.cpuPoolBytes,
    maxAnswerBytes: config.limits.maxBodyBytes,
    codexHeaderDefaults: config.codexHeaderDefaults,
    imageBaseModel: config.imageBaseModel,
    disableImageGeneration: config.disableImageGeneration,
    codexBootstrapBuffering: config.codexBootstrapBuffering,
    payload: config.payload,
    debug: config.debug,
  };
}
