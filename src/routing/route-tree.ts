import { type ErrorCode, EveryrouteError } from './errors.js'
import {
  createChains,
  FOLDER_FILE_KINDS,
  type FolderChain,
  type FolderEntry,
  type FolderFile,
  folderEntries,
  parentFolder,
  type RouteFolder,
} from './folder-files.js'
import { parseSegment, type RouteSegment, segmentNotation } from './segment.js'
import { compareSpecificity } from './specificity.js'

/** A file that claims a path, by a route handler or by a page that must not stand beside one, or that stands for its folder. */
export interface RouteFile {
  /** Relative to the routes folder, with `/`: `users/[id]/route.ts`. */
  readonly file: string
  readonly kind: 'route' | 'page' | FolderFile['kind']
}

/** A route with the files of the folders around it. */
export interface RouteEntry extends FolderChain {
  /** Next.js's notation without groups and slots: `/users/[id]`. */
  readonly pathname: string
  readonly file: string
  /** The segments that stand in the URL. */
  readonly segments: readonly RouteSegment[]
}

export interface RouteTree {
  /** In Next.js's match order. */
  readonly routes: readonly RouteEntry[]
  /** What holds for paths that no route answers, in the same order. */
  readonly folders: readonly FolderEntry[]
  /** All `_middleware`, `_error` and `_not-found` files, by name. */
  readonly folderFiles: readonly FolderFile[]
}

/** One level of the path: what claims it, and what may follow. */
interface TreeNode {
  route?: string
  page?: string
  readonly statics: Map<string, TreeNode>
  dynamic?: ParamChild
  catchAll?: ParamChild
  optionalCatchAll?: ParamChild
}

/** A parameter below a node, with the file that first named it. */
interface ParamChild {
  readonly name: string
  readonly file: string
  readonly node: TreeNode
}

/**
 * Orders route files as Next.js matches them, each with the chain of its folders. Files below a private folder (`_x`) are left out.
 * @throws {EveryrouteError} Where Next.js's build refuses the set, or a folder has two files of one kind; every error names the
 * files and the mend.
 */
export function buildRouteTree(files: readonly RouteFile[]): RouteTree {
  const root = createNode()
  const found: (RouteFile & { readonly segments: readonly RouteSegment[] })[] = []
  for (const { file, kind } of [...files].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0))) {
    const segments = urlSegments(file, kind)
    if (!segments) continue
    const node = insert(root, segments, file)
    if (kind === 'route' || kind === 'page') claim(node, file, kind)
    found.push({ file, kind, segments })
  }
  checkOptionalCatchAlls(root, '')
  const folderFiles = found.flatMap(({ file, kind }) => (isFolderFileKind(kind) ? [{ file, kind }] : []))
  const chainOf = createChains(folderFiles)
  const routes = found
    .filter(({ kind }) => kind === 'route')
    .map(({ file, segments }) => ({ pathname: pathnameOf(segments), file, segments, ...chainOf(parentFolder(file)) }))
  return {
    routes: routes.sort((a, b) => compareSpecificity(a.segments, b.segments)),
    folders: folderFiles.length > 0 ? folderEntries(foldersOf(found.map(({ file }) => file)), chainOf) : [],
    folderFiles,
  }
}

function isFolderFileKind(kind: RouteFile['kind']): kind is FolderFile['kind'] {
  return (FOLDER_FILE_KINDS as readonly string[]).includes(kind)
}

function pathnameOf(segments: readonly RouteSegment[]): string {
  return `/${segments.map(segmentNotation).join('/')}`
}

/** Every folder that files lie in, and the routes folder. */
function foldersOf(files: readonly string[]): RouteFolder[] {
  const names = new Set([''])
  for (const file of files) {
    for (let folder = parentFolder(file); !names.has(folder); folder = parentFolder(folder)) names.add(folder)
  }
  return [...names].map((folder) => {
    const segments = folderSegments(folder === '' ? [] : folder.split('/'))
    return { folder, segments, pathname: pathnameOf(segments) }
  })
}

function folderSegments(folders: readonly string[]): readonly RouteSegment[] {
  return folders.map(parseSegment).filter(({ kind }) => kind !== 'group' && kind !== 'slot')
}

/** `undefined` where the file takes no part in matching: private folders, and pages that intercept another path. */
function urlSegments(file: string, kind: RouteFile['kind']): readonly RouteSegment[] | undefined {
  const folders = file.split('/').slice(0, -1)
  if (kind === 'page' && folders.some((folder) => /^\(\.{1,3}\)[^)]/.test(folder) || folder.startsWith('(..)(..)'))) return undefined
  if (folders.some((folder) => folder.startsWith('_'))) return undefined
  try {
    return folderSegments(folders)
  } catch (error) {
    if (!(error instanceof EveryrouteError)) throw error
    throw new EveryrouteError(error.code, error.message, {
      files: [file],
      cause: error,
      ...(error.fix !== undefined && { fix: error.fix }),
      ...(error.frame !== undefined && { frame: error.frame }),
    })
  }
}

function insert(root: TreeNode, segments: readonly RouteSegment[], file: string): TreeNode {
  checkParamNames(segments, file)
  let node = root
  segments.forEach((segment, index) => {
    if (index < segments.length - 1 && segment.kind.endsWith('catch-all')) {
      throw conflict(
        'ERR_CATCH_ALL_NOT_LAST',
        `The catch-all "${segment.text}" is not the last segment of its path`,
        [file],
        'Move the route file into the catch-all folder, or make that folder a [param].',
      )
    }
    node = segment.kind === 'static' ? staticChild(node, segment.name) : paramChild(node, segment, file)
  })
  return node
}

function staticChild(parent: TreeNode, name: string): TreeNode {
  const existing = parent.statics.get(name)
  if (existing) return existing
  const node = createNode()
  parent.statics.set(name, node)
  return node
}

function paramChild(parent: TreeNode, segment: RouteSegment, file: string): TreeNode {
  const slot = segment.kind === 'dynamic' ? 'dynamic' : segment.kind === 'catch-all' ? 'catchAll' : 'optionalCatchAll'
  const rival = slot === 'catchAll' ? parent.optionalCatchAll : slot === 'optionalCatchAll' ? parent.catchAll : undefined
  if (rival) {
    throw conflict(
      'ERR_CATCH_ALL_CONFLICT',
      'A required and an optional catch-all stand at the same level',
      [rival.file, file],
      'Keep one of the two: [[...name]] also answers the path without any segment.',
    )
  }
  const existing = parent[slot]
  if (existing && existing.name !== segment.name) {
    throw conflict(
      'ERR_PARAM_NAMES_DIFFER',
      `The same dynamic segment is named "${existing.name}" and "${segment.name}"`,
      [existing.file, file],
      `Give both folders one name, for example ${segmentNotation({ ...segment, name: existing.name })}.`,
    )
  }
  if (existing) return existing.node
  const node = createNode()
  parent[slot] = { name: segment.name, file, node }
  return node
}

function checkParamNames(segments: readonly RouteSegment[], file: string): void {
  const seen = new Map<string, string>()
  for (const segment of segments) {
    if (segment.kind === 'static') continue
    const word = segment.name.replace(/\W/g, '')
    const other = seen.get(word)
    if (other === segment.name) {
      throw conflict(
        'ERR_PARAM_REPEATED',
        `The parameter "${segment.name}" occurs twice in one path`,
        [file],
        `Rename one of the two, for example [${segment.name}2].`,
      )
    }
    if (other !== undefined) {
      throw conflict(
        'ERR_PARAM_TOO_SIMILAR',
        `The parameters "${other}" and "${segment.name}" differ by non-word characters only`,
        [file],
        'Rename one of the two so that they differ by a letter, a digit or an underscore.',
      )
    }
    seen.set(word, segment.name)
  }
}

function claim(node: TreeNode, file: string, kind: 'route' | 'page'): void {
  if (kind === 'route' && node.route !== undefined) {
    throw conflict(
      'ERR_DUPLICATE_PATH',
      'Two route files answer the same path',
      [node.route, file],
      'Keep one of the two, or move one to another folder; (group) and @slot folders do not count in the path.',
    )
  }
  node[kind] = file
  if (node.route !== undefined && node.page !== undefined) {
    throw conflict(
      'ERR_ROUTE_AND_PAGE',
      'A route handler and a page claim the same path',
      [node.route, node.page],
      'Move the route handler to a folder of its own, for example below api/.',
    )
  }
}

function checkOptionalCatchAlls(node: TreeNode, pathname: string): void {
  const file = node.route ?? node.page
  const optional = node.optionalCatchAll
  if (file !== undefined && optional) {
    const path = pathname || '/'
    throw conflict(
      'ERR_OPTIONAL_CATCH_ALL_CONFLICT',
      `"${path}" is answered by its own file and by the optional catch-all [[...${optional.name}]] below it`,
      [file, optional.file],
      `Make the catch-all required ([...${optional.name}]), or remove the file of "${path}".`,
    )
  }
  for (const [name, child] of node.statics) checkOptionalCatchAlls(child, `${pathname}/${name}`)
  if (node.dynamic) checkOptionalCatchAlls(node.dynamic.node, `${pathname}/[${node.dynamic.name}]`)
}

function createNode(): TreeNode {
  return { statics: new Map() }
}

function conflict(code: ErrorCode, message: string, files: readonly string[], fix: string): EveryrouteError {
  return new EveryrouteError(code, `${message}: ${files.map((file) => `"${file}"`).join(' and ')}`, { files, fix })
}
