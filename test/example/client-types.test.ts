import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generateClientTypes } from '../../src/build/client-types.js'
import { loadConfig } from '../../src/build/config.js'
import { loadProject } from '../../src/build/project.js'

test('app-type.d.ts is what is generated for the example, seen from here', async () => {
  const { routes, config } = await loadProject(await loadConfig({ root: join(import.meta.dirname, '../..'), mode: 'production' }))
  const text = generateClientTypes({ routes, basePath: config.basePath, routeSpecifier: (file) => `../../routes/${file}` })
  await expect(text.replace('/// <reference path="./routes.d.ts" />\n', '')).toMatchFileSnapshot('./app-type.d.ts')
})
