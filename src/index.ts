export { type ErrorCode, EveryrouteError } from './routing/errors.js'
export type {
  FolderFiles,
  ManifestFile,
  ManifestFolder,
  ManifestRoute,
  RouteManifest,
  RouteMethod,
  RouteModule,
  RouteSegmentConfig,
} from './routing/manifest.js'
export type { ErrorContext, ErrorPhase } from './runtime/context.js'
export { env, type HostEnv } from './runtime/env.js'
export { createRouter } from './runtime/router.js'
export type { RouterOptions } from './runtime/router-context.js'
