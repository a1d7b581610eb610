import { afterAll, beforeAll, expect, test } from 'vitest'
import { driveExample } from './drive'
import { driveExampleByClient } from './drive-client'
import { type StartedExample, startExample } from './start'

let example: StartedExample

beforeAll(async () => {
  example = await startExample()
})
afterAll(() => example?.stop())

driveExample(() => example.origin)
driveExampleByClient(() => example.origin)

test('requests are counted by the client', async () => {
  const remaining = async () => {
    const { headers } = await fetch(`${example.origin}/api/health`)
    expect(headers.get('ratelimit-policy')).toBe('600;w=60')
    return Number(/remaining=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1])
  }
  const before = await remaining()
  expect(await remaining()).toBe(before - 1)
})

test('nothing was logged as an error meanwhile', () => {
  expect(example.output()).not.toMatch(/error/i)
})
