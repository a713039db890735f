import { candidate, messagesFor } from '../webview/messages';
import { Panel } from '../webview/panel';

/** What the panel takes in a browser; milliseconds. */
export interface PanelFigures {
  /** From the messages of a problem to the picture with its columns. */
  readonly firstPaintMs: number;
  /** From a move of the slider to the picture with the new choices, median. */
  readonly sliderMs: number;
  readonly elements: number;
}

/** Measures the built panel on one problem. */
export async function benchPanel(candidates: number, steps: number): Promise<PanelFigures> {
  const texts = Array.from(
    { length: steps },
    (_, k) => `We add $x_{${k}} = ${k}$ and get \\(${k + 1}\\), as above.`,
  );
  const all = Array.from({ length: candidates }, (_, k) =>
    candidate(
      texts.map((text, step) => (step < k % 5 ? text : `${text} (${k})`)),
      texts.map((_, step) => ((7 * k + 3 * step) % 100) / 100),
      { gold: '1', answer: String(k % 4) },
    ),
  );
  const { messages } = messagesFor([{ problem: 'p', candidates: all }]);
  const panel = await Panel.open();
  try {
    await panel.page.evaluate(MEASURES);
    const firstPaintMs = await panel.page.evaluate<number>(`window.show(${JSON.stringify(messages)})`);
    const sliderMs = await panel.page.evaluate<number>(`window.slide(${candidates})`);
    const elements = await panel.page.evaluate<number>(`document.querySelectorAll('*').length`);
    return { firstPaintMs, sliderMs, elements };
  } finally {
    await panel.close();
  }
}

/** Runs in the page: a frame is painted before the second callback from now. */
const MEASURES = `
  const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  window.show = async (all) => {
    const start = performance.now();
    for (const data of all) window.dispatchEvent(new MessageEvent('message', { data }));
    while (document.querySelector('.grid .row .cell') === null) await painted();
    await painted();
    return performance.now() - start;
  };
  window.slide = async (most) => {
    const slider = document.querySelector('input[type=range]');
    const times = [];
    for (let n = 1; n <= Math.min(most, 64); n++) {
      const start = performance.now();
      slider.value = String(n);
      slider.dispatchEvent(new Event('input'));
      await painted();
      times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
  };
`;
