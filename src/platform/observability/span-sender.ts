import { AsyncLocalStorage } from 'node:async_hooks'
import { type Context, defaultTextMapGetter, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import type { Tracing } from './span.ts'

const graceMilliseconds = 5000
const kinds = { server: SpanKind.SERVER, internal: SpanKind.INTERNAL }

/**
 * Sends spans with OpenTelemetry's SDK, which reads where to, how many of them and under which name from the environment. Where
 * the receiver is away they are dropped, and nobody waits.
 */
export function sendSpans(): Tracing {
  const named = resourceFromAttributes({ 'service.name': 'saka' })
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(named)
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  })
  const tracer = provider.getTracer('saka')
  const callers = new W3CTraceContextPropagator()
  const underWay = new AsyncLocalStorage<Context>()
  return {
    begin: (name, kind, facts, headers) => {
      const around = underWay.getStore() ?? ROOT_CONTEXT
      const parent = headers ? callers.extract(around, headers, defaultTextMapGetter) : around
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes: facts }, parent)
      return {
        run: (work) => underWay.run(trace.setSpan(parent, span), work),
        end: (more, failed) => {
          if (more) span.setAttributes(more)
          if (failed) span.setStatus({ code: SpanStatusCode.ERROR })
          span.end()
        },
      }
    },
    close: async () => {
      const gone = provider.shutdown().catch(() => undefined)
      await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, graceMilliseconds).unref())])
    },
  }
}
