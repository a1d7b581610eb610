import type { RouteModule } from '../routing/manifest.js'
import { HAS_STATIC } from './features.js'

/** Whether a file's configuration may let its answers be kept; whoever forces them to be dynamic says nothing more. */
export function mayBeStatic({ dynamic, generateStaticParams, revalidate }: RouteModule): boolean {
  // What is forced to be static sees an empty request, kept or not.
  if (dynamic === 'force-dynamic' || (revalidate === 0 && dynamic !== 'force-static')) return false
  return dynamic !== undefined || revalidate !== undefined || generateStaticParams !== undefined
}

/** Whether a file's configuration asks for more than running its handlers. */
export const isKeptFile = (module: RouteModule): boolean => HAS_STATIC && (mayBeStatic(module) || module.fetchCache !== undefined)
