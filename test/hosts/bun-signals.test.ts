import { testSignals } from '../adapters/signals.ts'

testSignals('bun')
