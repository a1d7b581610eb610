import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ModuleEvaluator } from 'vite/module-runner'
import { isCommonJs } from './packages.js'

/**
 * Evaluates modules as Vite does, but gives CommonJS to its importers as the bundler of `build` does: every property of
 * `module.exports` is a named export, and the default export is `exports.default` where the module was compiled from ES modules.
 * A project whose package.json says `"type": "module"` gets `module.exports` itself as the default, as Node.js gives it.
 */
export async function createInteropEvaluator(root: string): Promise<ModuleEvaluator> {
  const { ESModulesEvaluator } = await import('vite/module-runner')
  const evaluator = new ESModulesEvaluator()
  const importNative = evaluator.runExternalModule.bind(evaluator)
  const isModuleProject = !isCommonJs(join(root, 'index.js'))
  evaluator.runExternalModule = async (url: string) => {
    const namespace: object = await importNative(url)
    if (!url.startsWith('file:') || !isCommonJs(fileURLToPath(url))) return namespace
    return commonJsView(namespace, isModuleProject)
  }
  return evaluator
}

function commonJsView(namespace: object, isModuleProject: boolean): object {
  const exports: unknown = Reflect.get(namespace, 'default')
  if ((typeof exports !== 'object' && typeof exports !== 'function') || exports === null) return namespace
  const isCompiled = Reflect.get(exports, '__esModule') === true && Object.hasOwn(exports, 'default')
  const view: object = Object.create(null)
  for (const name of new Set([...Object.keys(namespace), ...Object.keys(exports), 'default'])) {
    const get = (): unknown => {
      if (name !== 'default') return Reflect.get(exports, name)
      return isCompiled && !isModuleProject ? Reflect.get(exports, 'default') : exports
    }
    Object.defineProperty(view, name, { enumerable: true, configurable: true, get })
  }
  return view
}
