import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ResolvedConfig } from './config.js'
import { configFileCandidates } from './config.js'
import { type DevProject, type DevState, openDevProject } from './dev-project.js'
import { fileStamp } from './file-stamp.js'

export interface DevSession<App> {
  /** The app for the files as they are now. Requests that arrive together share one look at the disk. */
  current(): Promise<App>
  close(): Promise<void>
}

export interface DevSessionOptions<App> {
  /** Absolute. */
  readonly root: string
  /** Reads the project's config; called again when a config or `.env` file has changed. */
  readonly loadConfig: () => Promise<ResolvedConfig>
  /** Makes an app of the project as it is; called whenever anything of it has changed. */
  readonly createApp: (state: DevState) => App
  /** Makes an app that answers everything with an error of the project as a whole, such as two files for one path. */
  readonly createFailure: (error: unknown) => App
}

/** Besides the config files, what changes how modules are found or what `process.env` holds. */
const SETTINGS_FILE = /^(?:tsconfig\.json|package\.json|\.env(?:\..+)?)$/

function settingsStamp(root: string): string {
  const names = readdirSync(root).filter((name) => SETTINGS_FILE.test(name))
  const files = [...names.map((name) => join(root, name)), ...configFileCandidates(root)]
  return files.map((file) => `${file}=${fileStamp(file)}`).join('\n')
}

/** Starts watching a project; the first {@link DevSession.current} loads it. */
export function createDevSession<App>(options: DevSessionOptions<App>): DevSession<App> {
  const { root } = options
  let stamp = ''
  let project: DevProject | undefined
  let state: DevState | undefined
  let app: App | undefined
  let failure: string | undefined

  const check = async (): Promise<App> => {
    try {
      const newStamp = settingsStamp(root)
      if (project === undefined || newStamp !== stamp) {
        await project?.close()
        project = undefined
        project = await openDevProject(await options.loadConfig())
        stamp = newStamp
      }
      const found = await project.refresh()
      state = found ?? state
      if (state !== undefined && (found !== undefined || failure !== undefined)) app = options.createApp(state)
      failure = undefined
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error)
      // The same failure again is neither shown again nor made anew.
      if (app === undefined || failure !== text) app = options.createFailure(error)
      failure = text
    }
    return app!
  }

  let running: Promise<App> | undefined
  let next: Promise<App> | undefined
  return {
    current() {
      if (running === undefined) {
        running = check().finally(() => (running = undefined))
        return running
      }
      // The check under way may have read the file before it was edited.
      next ??= running.then(() => {
        next = undefined
        running = check().finally(() => (running = undefined))
        return running
      })
      return next
    },
    async close() {
      await project?.close()
    },
  }
}
