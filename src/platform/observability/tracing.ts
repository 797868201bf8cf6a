import { InvalidConfig } from '../config/config.ts'
import type { SpanFacts, Tracing } from './span.ts'

type Env = Record<string, string | undefined>

/**
 * Sends spans where OpenTelemetry's own variables say: undefined, and nothing loaded, unless one of them names an endpoint.
 * Speaks OTLP over HTTP in JSON; throws {@link InvalidConfig} where it is asked to speak gRPC.
 */
export async function openTracing(env: Env): Promise<Tracing | undefined> {
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT
  const isOff = env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none'
  if (!endpoint || isOff) return undefined
  const protocol = env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL
  if (protocol === 'grpc')
    throw new InvalidConfig([
      'OTEL_EXPORTER_OTLP_PROTOCOL must be one of http/json, http/protobuf: grpc is not spoken.',
    ])
  const { sendSpans } = await import('./span-sender.ts')
  return sendSpans()
}

/** Does `work` in a span of its own. */
export async function inSpan<Result>(
  tracing: Tracing,
  name: string,
  facts: SpanFacts,
  work: () => Promise<Result>,
): Promise<Result> {
  const span = tracing.begin(name, 'internal', facts)
  try {
    const result = await span.run(work)
    span.end()
    return result
  } catch (error) {
    span.end({ 'error.type': kindOf(error) }, true)
    throw error
  }
}

function kindOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  return String(code ?? name ?? 'unknown')
}
