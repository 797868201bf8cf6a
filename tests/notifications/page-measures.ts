import type { Page } from 'playwright-core'

/** How a page lies on a screen, in CSS pixels. */
interface PageMeasures {
  /** More than the screen where one has to scroll to the side. */
  width: number
  smallestLetters: number
  lowestLink: number
}

// These run in the browser, which has other names for things than Node has: hence text.
const measures = `(() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const sizes = []
  while (texts.nextNode())
    if (texts.currentNode.textContent.trim())
      sizes.push(parseFloat(getComputedStyle(texts.currentNode.parentElement).fontSize))
  const links = [...document.querySelectorAll('a')].map((link) => link.getBoundingClientRect().height)
  return {
    width: document.documentElement.scrollWidth,
    smallestLetters: Math.min(...sizes),
    lowestLink: Math.min(...links),
  }
})()`

/** Measures what `page` shows. */
export function measured(page: Page): Promise<PageMeasures> {
  return page.evaluate<PageMeasures>(measures)
}

/** Where the letters of the first text in each element of `selector` begin, from the left of the screen; of one line each. */
export function letterEdges(page: Page, selector: string): Promise<number[][]> {
  return page.evaluate<number[][]>(`[...document.querySelectorAll(${JSON.stringify(selector)})].map((element) => {
    const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode()
    const range = document.createRange()
    const boxes = [...text.textContent].map((_, i) => {
      range.setStart(text, i)
      range.setEnd(text, i + 1)
      return range.getBoundingClientRect()
    })
    return boxes.filter(({ top, width }) => width > 0 && Math.abs(top - boxes[0].top) < 2).map(({ left }) => left)
  })`)
}
