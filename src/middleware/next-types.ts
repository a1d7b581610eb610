// Next.js's own types where it is installed, this package's where generated types stand in for it; `any` where neither is.
// biome-ignore lint/suspicious/noTsIgnore: an expected error would be one where the module is found.
/** @ts-ignore */
import type { NextRequest as FoundRequest, NextResponse as FoundResponse } from 'next/server'
import type { NextRequestMembers } from '../runtime/next-request.js'

type IsAny<T> = 0 extends 1 & T ? true : false

/** Next.js's request; a Request with its members in a project that has neither Next.js nor generated types. */
export type NextRequest = IsAny<FoundRequest> extends true ? Request & NextRequestMembers : FoundRequest

/** Next.js's response with a JSON body of a known type. */
export type NextResponse<Body = unknown> = FoundResponse<Body>
