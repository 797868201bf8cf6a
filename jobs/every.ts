import type { Runner } from './runner.ts'

/** Does `work` after `first` milliseconds, and again `pause` milliseconds after each end, until it is stopped. What it throws is told to `onError`. */
export function every(
  pause: number,
  work: () => Promise<unknown>,
  onError: (error: Error) => void,
  first = pause,
): Runner {
  let isStopped = false
  let working: Promise<unknown> = Promise.resolve()
  const round = () => {
    working = work()
      .catch(onError)
      .finally(() => {
        if (!isStopped) timer = setTimeout(round, pause).unref()
      })
  }
  let timer = setTimeout(round, first).unref()
  return {
    stop: async () => {
      isStopped = true
      clearTimeout(timer)
      await working
    },
  }
}
