// Adds to package-lock.json the optional packages of other platforms, which npm leaves out where its registry does not
// offer them, and without which `npm ci` refuses the file. Their platform is read from their names.
import { readFileSync, writeFileSync } from 'node:fs'

/** Relative to the repository. Default: the package's own. */
const [, , path = 'package-lock.json'] = process.argv
const file = new URL(`../${path}`, import.meta.url)
const lock = JSON.parse(readFileSync(file, 'utf8'))

const OS = {
  android: 'android',
  darwin: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  openbsd: 'openbsd',
  openharmony: 'openharmony',
  win32: 'win32',
  windows: 'win32',
}
const CPU = {
  64: 'x64',
  arm: 'arm',
  arm64: 'arm64',
  ia32: 'ia32',
  loong64: 'loong64',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  x64: 'x64',
}
const LIBC = { glibc: 'glibc', gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' }

/** What a name like `@scope/name-linux-arm64-musl` tells. */
function platformOf(name) {
  const words = name.split('/').at(-1).split('-')
  const find = (table) => words.map((word) => (Object.hasOwn(table, word) ? table[word] : undefined)).find(Boolean)
  const [os, cpu, libc] = [find(OS), find(CPU), find(LIBC)]
  if (!os || !cpu) throw new Error(`${path}: ${name} names no platform that .config/complete-lockfile.mjs knows; add its entry by hand`)
  return { cpu: [cpu], ...(os === 'linux' && libc && { libc: [libc] }), os: [os] }
}

/** Where `name` is found from the package at `from`, as Node.js looks it up. */
function isLocked(from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('/node_modules/'), 0))) {
    if (lock.packages[`${folder ? `${folder}/` : ''}node_modules/${name}`]) return true
    if (folder === '') return false
  }
}

const added = {}
for (const [from, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (isLocked(from, name)) continue
    if (!/^\d+\.\d+\.\d+[\w.+-]*$/.test(version))
      throw new Error(`${path}: ${from} wants ${name}@${version}, which is not one version; add its entry by hand`)
    const { cpu, ...rest } = platformOf(name)
    added[`node_modules/${name}`] = {
      version,
      cpu,
      ...(dev && { dev }),
      ...(rest.libc && { libc: rest.libc }),
      optional: true,
      os: rest.os,
    }
  }
}
const packages = Object.entries({ ...lock.packages, ...added })
lock.packages = Object.fromEntries(packages.sort(([a], [b]) => a.localeCompare(b, 'en')))
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(`${path}: ${Object.keys(added).length} packages of other platforms added`)
