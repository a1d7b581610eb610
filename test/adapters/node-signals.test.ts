import { testSignals } from './signals.ts'

testSignals('node')
