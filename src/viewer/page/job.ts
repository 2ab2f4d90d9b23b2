/// <reference lib="dom" />
/**
 * One job: tabs by role, its lines, and everything one does with them.
 *
 * Puts the parts together: Place (what the address says), Lines (the lines and the chosen one), Tools, Following, Banner. Each choice of containers
 * begins anew with lines of its own; what still comes for the ones before is let go.
 */
import { plain } from './ansi.ts';
import { get, type Job, type ProblemError, type Stats, type Summary } from './api.ts';
import { copy, copyShown, download } from './copy.ts';
import { byId, count, h, toast } from './dom.ts';
import { Following } from './following.ts';
import { type KeyActions, pressKey } from './keys.ts';
import { Lines } from './lines.ts';
import { Loader } from './loader.ts';
import { Banner, drawFoot, drawTroubles } from './notices.ts';
import { type Choice, Place } from './place.ts';
import { change, settings } from './settings.ts';
import { loading, problemState } from './states.ts';
import { drawTabs, SILENT_MS } from './tabs.ts';
import { Tools } from './tools.ts';

/** The picture of levels over time is made anew now and then, not for each line. */
const DRAW_MS = 400;

export class JobView {
  readonly #main: HTMLElement;
  readonly #place: Place;
  readonly #following = new Following(() => this.#resume());
  #lines: Lines;
  #tools: Tools;
  #banner = new Banner();
  #foot = h('div', { class: 'foot' });
  #loader: Loader | undefined;
  #isLoading = false;
  #summary: Summary | undefined;
  #drawTimer = 0;
  #drawn = 0;

  constructor(main: HTMLElement, id: string, params: URLSearchParams) {
    this.#main = main;
    this.#place = new Place(id, params);
    this.#lines = this.#newLines();
    this.#tools = this.#newTools();
  }

  async open(): Promise<void> {
    this.#main.replaceChildren(loading('Opening the job'));
    try {
      this.#place.know(await get<Job>(this.#place.path));
    } catch (error) {
      this.#main.replaceChildren(problemState(error as ProblemError, () => void this.open()));
      return;
    }
    const { namespace, name } = this.#place.job!;
    byId('crumbs').replaceChildren(h('span', { class: 'dim' }, `${namespace} /`), h('h1', {}, name));
    document.title = `${name} · sluice`;
    this.#load();
  }

  close(): void {
    this.#loader?.close();
    clearInterval(this.#drawTimer);
  }

  /** Drawn again with another theme or zone. */
  restyle(): void {
    this.#lines.list.redraw();
    this.#lines.histogram.draw();
  }

  /** True when the key was taken. */
  key(event: KeyboardEvent): boolean {
    return pressKey(event.key, this.#lines.list.rowsInSight - 2, this.#keyActions);
  }

  #go(choice: Partial<Choice>): void {
    this.#place.choice = { tab: this.#place.choice.tab, attempt: '', pod: '', ...choice };
    this.#place.line = '';
    history.replaceState(null, '', this.#place.address());
    this.#load();
  }

  #load(): void {
    this.close();
    const { job, line } = this.#place;
    this.#lines = this.#newLines();
    this.#summary = undefined;
    this.#isLoading = true;
    this.#drawn = 0;
    this.#following.begin(Date.now() - Date.parse(job!.last) < SILENT_MS && line === '');
    this.#build();
    const loader = new Loader(this.#lines.model, {
      added: (start) => this.#added(start),
      ended: (summary) => this.#ended(summary),
      problem: (error) => this.#failed(error),
      live: (problem) => this.#live(problem),
    });
    this.#loader = loader;
    void loader.load(`${this.#place.path}/logs`, this.#place.query);
    this.#drawTimer = setInterval(() => this.#drawIfChanged(), DRAW_MS) as unknown as number;
  }

  #build(): void {
    this.#tools = this.#newTools();
    this.#banner = new Banner();
    this.#foot = h('div', { class: 'foot' });
    const group = { tabindex: 0, role: 'group', 'aria-label': 'Exceptions' };
    const troubles = h('div', { class: 'troubles', hidden: true, ...group });
    const tabs = h('div', { class: 'bar' }, ...drawTabs(this.#place, (choice) => this.#go(choice)));
    const { histogram, list } = this.#lines;
    const parts = [tabs, this.#tools.element, this.#banner.element, troubles, histogram.element, list.element];
    this.#main.replaceChildren(h('div', { class: 'job' }, ...parts, this.#following.button, this.#foot));
    void this.#loadStats(troubles);
    this.#showFoot();
  }

  async #loadStats(troubles: HTMLElement): Promise<void> {
    try {
      const stats = await get<Stats>(`${this.#place.path}/stats`, this.#place.query);
      drawTroubles(troubles, stats, (id) => this.#jumpTo(id));
    } catch {
      // The lines themselves tell what is wrong with the cluster.
    }
  }

  #drawIfChanged(): void {
    const { model, histogram, finder } = this.#lines;
    if (this.#drawn === model.length) return;
    this.#drawn = model.length;
    histogram.draw();
    this.#tools.showLevels(model);
    if (finder.isDone && finder.compiled !== undefined) void finder.goOn();
  }

  #added(start: number): void {
    const { model, list } = this.#lines;
    const sticks = this.#following.sticks && (list.atEnd || start === 0);
    this.#lines.added(start);
    this.#following.came(model.length - start);
    if (sticks) list.toEnd();
    if (this.#place.line !== '' && this.#lines.seek(this.#place.line, start)) this.#place.line = '';
    this.#showFoot();
  }

  #ended(summary: Summary | undefined): void {
    this.#isLoading = false;
    this.#summary = summary;
    if (this.#place.line !== '') toast('The line of this link is not there any more');
    this.#place.line = '';
    this.#showSummary();
    this.#drawIfChanged();
    if (this.#following.isOn) {
      this.#lines.list.toEnd();
      this.#follow();
    }
  }

  #failed(error: ProblemError): void {
    this.#isLoading = false;
    const { length } = this.#lines.model;
    if (length === 0) return this.#main.replaceChildren(problemState(error, () => void this.open()));
    const text = `The answer broke off after ${count(length)} lines: ${error.message}`;
    this.#banner.say(true, text, { name: 'Load again', run: () => this.#load() });
    this.#showFoot();
  }

  #follow(): void {
    void this.#loader!.follow(`${this.#place.path}/logs`, this.#place.query);
  }

  #live(problem: string | undefined): void {
    if (problem === this.#following.away) return;
    this.#following.away = problem;
    if (problem === undefined) this.#showSummary();
    else this.#banner.say(true, `Following waits: ${problem} It goes on by itself.`);
    this.#showFoot();
  }

  #newLines(): Lines {
    const lines: Lines = new Lines({
      changed: () => {
        this.#tools.showLevels(lines.model);
        this.#showFoot();
      },
      found: () => {
        this.#tools.showMatches(lines.finder, lines.now, this.#isLoading);
        lines.list.redraw();
      },
      chosen: () => history.replaceState(null, '', this.#place.address(lines.id)),
      scrolled: (atEnd) => this.#scrolled(atEnd),
      linkTo: (id) => this.#place.address(id),
    });
    return lines;
  }

  /** Scrolling up pauses; coming back to the end goes on. */
  #scrolled(atEnd: boolean): void {
    if (atEnd && this.#following.isPaused) this.#resume();
    else if (!atEnd && this.#following.sticks && !this.#isLoading) {
      this.#following.pause();
      this.#showFoot();
    }
  }

  #showSummary(): void {
    if (this.#summary !== undefined) this.#banner.sum(this.#summary);
    this.#showFoot();
  }

  #showFoot(): void {
    const { model } = this.#lines;
    const following = this.#isLoading ? '' : this.#following.text;
    const state = { isLoading: this.#isLoading, summary: this.#summary, following };
    this.#foot.replaceChildren(...drawFoot(model, { ...state, expected: this.#place.expectedLines }));
    if (!this.#isLoading && model.length === 0)
      this.#banner.say(false, 'These containers left no lines. Their lines may be older than what the indices keep.');
  }

  #newTools(): Tools {
    const { follow, ...actions } = { follow: this.#following.isOn, ...this.#keyActions };
    return new Tools(
      {
        ...actions,
        find: (text) => void this.#lines.finder.start(text),
        leaveFind: () => this.#lines.list.element.focus(),
        toggleLevel: (level) => {
          this.#lines.toggleLevel(level);
          const { value } = byId<HTMLInputElement>('find');
          if (value !== '') void this.#lines.finder.start(value);
        },
      },
      { follow, wrap: settings.wrap, fold: settings.folded },
    );
  }

  readonly #keyActions: KeyActions = {
    find: () => byId('find').focus(),
    step: (direction) => this.#lines.step(direction),
    stepError: (direction) => this.#lines.stepError(direction),
    move: (rows) => this.#lines.move(rows),
    end: () => {
      this.#lines.chooseLast();
      if (this.#following.isOn) this.#resume();
      else this.#lines.list.toEnd();
    },
    toggleFollow: () => this.#toggleFollow(),
    toggleWrap: () => {
      change({ wrap: !settings.wrap });
      this.#tools.press('wrap', settings.wrap);
      this.#lines.list.wrap = settings.wrap;
    },
    toggleFolds: () => {
      change({ folded: !settings.folded });
      this.#tools.press('fold', settings.folded);
      this.#lines.toggleFolds();
    },
    fold: () => this.#lines.now >= 0 && this.#lines.fold(this.#lines.now),
    copyLine: () => this.#lines.now >= 0 && void copy(plain(this.#lines.text), 'the line'),
    copyAll: () => void copyShown(this.#lines.model),
    copyLink: () =>
      this.#lines.now >= 0 &&
      void copy(`${location.origin}/${this.#place.address(this.#lines.id)}`, 'a link to the line'),
    download: () => void download(`${this.#place.path}/logs`, this.#place.query),
    stepAttempt: (step) => {
      const { attempts, choice } = this.#place;
      const all = ['', ...attempts.map(String)];
      this.#go({ attempt: all[(all.indexOf(choice.attempt) + step + all.length) % all.length]! });
    },
    tab: (number) => {
      const tab = this.#place.tabs[number - 1];
      if (tab !== undefined) this.#go({ tab });
    },
    wholeTime: () => this.#lines.zoom(undefined),
  };

  #jumpTo(id: string): void {
    if (!this.#lines.seek(id))
      toast(this.#isLoading ? 'That line is still being loaded' : 'That line is not in this view');
  }

  #toggleFollow(): void {
    const isOn = !this.#following.isOn;
    this.#following.begin(isOn);
    this.#tools.press('follow', isOn);
    if (isOn) this.#lines.list.toEnd();
    if (!isOn) this.#loader!.unfollow();
    else if (!this.#isLoading) this.#follow();
    this.#showFoot();
  }

  #resume(): void {
    this.#following.begin(true);
    this.#lines.list.toEnd();
    this.#showFoot();
  }
}
