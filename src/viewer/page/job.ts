/// <reference lib="dom" />
/** One job: tabs by role, its lines, and everything one does with them. */
import { LEVELS } from '../read/level.ts';
import { plain } from './ansi.ts';
import { type Container, get, type Job, open, type ProblemError, type Query, type Stats, type Summary } from './api.ts';
import { byId, count, h, openDialog, plural, roleName, toast } from './dom.ts';
import { Finder } from './finder.ts';
import { Histogram } from './histogram.ts';
import { VirtualList } from './list.ts';
import { Loader } from './loader.ts';
import { LogModel } from './model.ts';
import { drawRow } from './row.ts';
import { change, dateAndTime, settings } from './settings.ts';
import { loading, problemState } from './states.ts';

const ROLES = ['driver', 'jobmanager', 'taskmanager'];
/** Jobs whose last line is not older are followed at once. */
const LIVE_MS = 120_000;

/** What is shown of the job, as the address says it. */
interface Place {
  tab: string;
  attempt: string;
  pod: string;
  line: string;
}

export class JobView {
  readonly #main: HTMLElement;
  readonly #id: string;
  readonly #place: Place;
  #job: Job | undefined;
  #model = new LogModel();
  #loader: Loader | undefined;
  #finder: Finder;
  #list: VirtualList;
  #histogram: Histogram;
  #now = -1;
  #isLoading = false;
  #isFollowing = false;
  #isPaused = false;
  #waiting = 0;
  #away: string | undefined;
  #summary: Summary | undefined;
  #stats: Stats | undefined;
  #drawTimer = 0;
  #parts = {
    banner: h('div'),
    tools: h('div'),
    troubles: h('div'),
    foot: h('div', { class: 'foot' }),
    tabs: h('div'),
    fresh: h('button'),
  };

  constructor(main: HTMLElement, id: string, params: URLSearchParams) {
    this.#main = main;
    this.#id = id;
    const text = (name: string) => params.get(name) ?? '';
    this.#place = { tab: text('tab') || 'all', attempt: text('attempt'), pod: text('pod'), line: text('line') };
    this.#finder = new Finder(this.#model, () => this.#found());
    this.#list = this.#newList();
    this.#histogram = new Histogram(this.#model, (range) => this.#zoom(range));
  }

  async open(): Promise<void> {
    this.#main.replaceChildren(loading('Opening the job'));
    try {
      this.#job = await get<Job>(`/jobs/${encodeURIComponent(this.#id)}`);
    } catch (error) {
      this.#main.replaceChildren(problemState(error as ProblemError, () => void this.open()));
      return;
    }
    byId('crumbs').replaceChildren(
      h('span', { class: 'dim' }, `${this.#job.namespace} /`),
      h('h1', {}, this.#job.name),
    );
    document.title = `${this.#job.name} · sluice`;
    if (this.#place.tab !== 'all' && !this.#roles().includes(this.#place.tab)) this.#place.tab = 'all';
    this.#load();
  }

  close(): void {
    this.#loader?.close();
    clearInterval(this.#drawTimer);
  }

  // ---------------------------------------------------------------- what is shown

  #roles(): string[] {
    const found = new Set(this.#job!.containers.map((c) => c.role));
    return [...ROLES.filter((role) => found.has(role)), ...[...found].filter((role) => !ROLES.includes(role)).sort()];
  }

  #containers(): Container[] {
    const { tab, attempt, pod } = this.#place;
    return this.#job!.containers.filter(
      (c) =>
        (tab === 'all' || c.role === tab) &&
        (attempt === '' || String(c.attempt) === attempt) &&
        (pod === '' || c.pod === pod),
    );
  }

  #query(): Query {
    const { tab, attempt, pod } = this.#place;
    return { role: tab === 'all' ? undefined : tab, attempt, pod };
  }

  get #path(): string {
    return `/jobs/${encodeURIComponent(this.#id)}/logs`;
  }

  #address(line = ''): string {
    const { tab, attempt, pod } = this.#place;
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries({ tab: tab === 'all' ? '' : tab, attempt, pod, line }))
      if (value !== '') params.set(name, value);
    return `#/job/${encodeURIComponent(this.#id)}${params.size === 0 ? '' : `?${params}`}`;
  }

  #go(changes: Partial<Place>): void {
    Object.assign(this.#place, { line: '' }, changes);
    history.replaceState(null, '', this.#address());
    this.#load();
  }

  // ---------------------------------------------------------------- loading

  #load(): void {
    this.close();
    this.#model = new LogModel();
    this.#model.folded = settings.folded;
    this.#finder = new Finder(this.#model, () => this.#found());
    this.#list = this.#newList();
    this.#histogram = new Histogram(this.#model, (range) => this.#zoom(range));
    this.#now = -1;
    this.#summary = undefined;
    this.#stats = undefined;
    this.#waiting = 0;
    this.#isLoading = true;
    this.#isFollowing = Date.now() - Date.parse(this.#job!.last) < LIVE_MS && this.#place.line === '';
    this.#isPaused = false;
    this.#build();
    const loader = new Loader(this.#model, {
      added: (start) => this.#added(start),
      ended: (summary) => this.#ended(summary),
      problem: (error) => this.#failed(error),
      live: (problem) => this.#live(problem),
    });
    this.#loader = loader;
    void loader.load(this.#path, this.#query());
    void this.#loadStats();
    // The picture of levels over time is made anew now and then, not for each line.
    this.#drawTimer = setInterval(() => this.#drawIfChanged(), 400) as unknown as number;
  }

  async #loadStats(): Promise<void> {
    const model = this.#model;
    try {
      const stats = await get<Stats>(`/jobs/${encodeURIComponent(this.#id)}/stats`, this.#query());
      if (model !== this.#model) return;
      this.#stats = stats;
      this.#showTroubles();
    } catch {
      // The lines themselves tell what is wrong with the cluster.
    }
  }

  #drawn = 0;
  #drawIfChanged(): void {
    if (this.#drawn === this.#model.length) return;
    this.#drawn = this.#model.length;
    this.#histogram.draw();
    this.#showLevels();
    if (this.#finder.isDone && this.#finder.compiled !== undefined) void this.#finder.goOn();
  }

  #added(start: number): void {
    const first = this.#model.length > 0 && start === 0;
    const stick = this.#isFollowing && !this.#isPaused && (this.#list.atEnd || first) && this.#place.line === '';
    this.#model.extend(start);
    this.#list.count = this.#model.view.length;
    if (this.#isFollowing && this.#isPaused) this.#waiting += this.#model.length - start;
    if (stick) this.#list.toEnd();
    if (this.#place.line !== '') this.#seekLine();
    this.#showFoot();
    this.#showFresh();
  }

  #seekLine(): void {
    const line = this.#model.id.indexOf(this.#place.line);
    if (line < 0) return;
    this.#place.line = '';
    this.#model.reveal(line);
    this.#list.count = this.#model.view.length;
    this.#select(line, true);
  }

  #ended(summary: Summary | undefined): void {
    this.#isLoading = false;
    this.#summary = summary;
    if (this.#place.line !== '') {
      toast('The line of this link is not there any more');
      this.#place.line = '';
    }
    this.#showBanner();
    this.#showFoot();
    this.#drawIfChanged();
    if (this.#isFollowing) {
      this.#list.toEnd();
      void this.#loader!.follow(this.#path, this.#query());
    }
  }

  #failed(error: ProblemError): void {
    this.#isLoading = false;
    if (this.#model.length === 0) this.#main.replaceChildren(problemState(error, () => void this.open()));
    else
      this.#banner(
        true,
        `The answer broke off after ${count(this.#model.length)} lines: ${error.message ?? (error as unknown as { detail: string }).detail}`,
        'Load again',
        () => this.#load(),
      );
    this.#showFoot();
  }

  #live(problem: string | undefined): void {
    if (problem === this.#away) return;
    this.#away = problem;
    if (problem === undefined) this.#showBanner();
    else this.#banner(true, `Following waits: ${problem} It goes on by itself.`);
    this.#showFoot();
  }

  // ---------------------------------------------------------------- parts of the page

  #newList(): VirtualList {
    // A list may draw once more after another took its place: it keeps to its own lines.
    const [model, finder] = [this.#model, this.#finder];
    const list = new VirtualList((at) => {
      return drawRow(model.view[at]!, {
        ...{ model, finder, now: this.#now },
        showWho: model.sources.length > 1,
        linkTo: (l) => this.#address(model.id[l]),
        select: (l) => this.#select(l, false),
        fold: (l) => this.#fold(l),
      });
    });
    list.onMove = (_, atEnd) => {
      if (!this.#isFollowing) return;
      // Scrolling up pauses; coming back to the end goes on.
      if (atEnd && this.#isPaused) this.#resume();
      else if (!atEnd && !this.#isPaused && !this.#isLoading) {
        this.#isPaused = true;
        this.#showFoot();
      }
    };
    return list;
  }

  #build(): void {
    this.#parts = {
      banner: h('div', { hidden: true }),
      tools: h('div', { class: 'tools' }),
      troubles: h('div', { class: 'troubles', hidden: true, tabindex: 0, role: 'group', 'aria-label': 'Exceptions' }),
      foot: h('div', { class: 'foot' }),
      tabs: h('div', { class: 'bar' }),
      fresh: h('button', { type: 'button', class: 'new-lines', hidden: true, onclick: () => this.#resume() }),
    };
    this.#buildTabs();
    this.#buildTools();
    this.#list.wrap = settings.wrap;
    const { banner, tabs, tools, troubles, foot, fresh } = this.#parts;
    this.#main.replaceChildren(
      h(
        'div',
        { class: 'job' },
        tabs,
        tools,
        banner,
        troubles,
        this.#histogram.element,
        this.#list.element,
        fresh,
        foot,
      ),
    );
    this.#showFoot();
  }

  #buildTabs(): void {
    const job = this.#job!;
    const tab = (role: string, name: string, lines: number) =>
      h(
        'button',
        {
          type: 'button',
          role: 'tab',
          'aria-selected': String(this.#place.tab === role),
          tabindex: this.#place.tab === role ? 0 : -1,
          onclick: () => this.#go({ tab: role, attempt: '', pod: '' }),
        },
        ...[name, h('span', { class: 'count' }, count(lines))],
      );
    const sum = (role: string) => job.containers.filter((c) => c.role === role).reduce((n, c) => n + c.lines, 0);
    const roles = this.#roles();
    const tabs = h(
      'div',
      { class: 'tabs', role: 'tablist', 'aria-label': 'Roles' },
      ...roles.map((role) => tab(role, roleName(role), sum(role))),
      tab('all', 'All', job.lines),
    );
    tabs.addEventListener('keydown', (event) => {
      const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
      if (step === 0) return;
      event.preventDefault();
      const all = [...roles, 'all'];
      this.#go({ tab: all[(all.indexOf(this.#place.tab) + step + all.length) % all.length]!, attempt: '', pod: '' });
      this.#main.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
    });
    const inTab = job.containers.filter((c) => this.#place.tab === 'all' || c.role === this.#place.tab);
    const attempts = [...new Set(inTab.map((c) => c.attempt))].sort((a, b) => a - b);
    const pods = [
      ...new Set(
        inTab.filter((c) => this.#place.attempt === '' || String(c.attempt) === this.#place.attempt).map((c) => c.pod),
      ),
    ];
    const select = (label: string, value: string, options: [string, string][], onchange: (value: string) => void) =>
      h(
        'select',
        { 'aria-label': label, onchange: (event: Event) => onchange((event.target as HTMLSelectElement).value) },
        ...options.map(([v, text]) => h('option', { value: v, selected: v === value }, text)),
      );
    const controls: HTMLElement[] = [];
    if (attempts.length > 1)
      controls.push(
        select(
          'Attempt',
          this.#place.attempt,
          [['', 'All attempts'], ...attempts.map((n): [string, string] => [String(n), `Attempt ${n}`])],
          (attempt) => this.#go({ attempt, pod: '' }),
        ),
      );
    if (pods.length > 1)
      controls.push(
        select(
          'Pod',
          this.#place.pod,
          [['', `All ${pods.length} pods`], ...pods.map((pod): [string, string] => [pod, this.#podName(pod)])],
          (pod) => this.#go({ pod }),
        ),
      );
    this.#parts.tabs.replaceChildren(tabs, h('div', { class: 'end' }, ...controls));
  }

  #podName(pod: string): string {
    const last = Math.max(...this.#job!.containers.filter((c) => c.pod === pod).map((c) => Date.parse(c.last)));
    return Date.parse(this.#job!.last) - last > LIVE_MS ? `${pod} (silent since ${dateAndTime(last)})` : pod;
  }

  #buildTools(): void {
    const find = h('input', {
      type: 'search',
      id: 'find',
      placeholder: 'Find words or /regex/i   ( / )',
      'aria-label': 'Find',
      spellcheck: 'false',
    });
    find.addEventListener('input', () => void this.#finder.start(find.value));
    find.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') this.#step(event.shiftKey ? -1 : 1);
      else if (event.key === 'Escape') {
        find.value = '';
        void this.#finder.start('');
        this.#list.element.focus();
      } else return;
      event.preventDefault();
      event.stopPropagation();
    });
    const button = (id: string, text: string, title: string, onclick: () => void, pressed?: boolean) =>
      h(
        'button',
        { type: 'button', id, title, onclick, ...(pressed === undefined ? {} : { 'aria-pressed': String(pressed) }) },
        text,
      );
    this.#parts.tools.replaceChildren(
      h(
        'div',
        { class: 'find', role: 'search' },
        find,
        h('output', { id: 'matches', for: 'find' }),
        button('previous', '↑', 'Match before (N)', () => this.#step(-1)),
        button('next', '↓', 'Next match (n)', () => this.#step(1)),
      ),
      h('div', { class: 'levels', id: 'levels', role: 'group', 'aria-label': 'Levels' }),
      button('follow', 'Follow', 'Show lines as they arrive (f)', () => this.#toggleFollow(), this.#isFollowing),
      button('wrap', 'Wrap', 'Wrap long lines (w)', () => this.#toggleWrap(), settings.wrap),
      button('fold', 'Fold', 'Fold stack traces (x)', () => this.#toggleFolds(), settings.folded),
      button('copy', 'Copy', 'Copy what is shown (C); this line: c', () => void this.#copyAll()),
      button('download', 'Download', 'All lines as a file (d)', () => void this.#download()),
    );
    this.#showLevels();
  }

  #showLevels(): void {
    const group = byId('levels');
    if (group === null && this.#model.length === 0) return;
    const target = this.#parts.tools.querySelector('.levels')!;
    const shown = LEVELS.map((level, i) => ({ level, i, n: this.#model.levelCounts[i]! })).filter(({ n }) => n > 0);
    const buttons = shown.map(({ level, i, n }) => {
      const known = target.querySelector<HTMLButtonElement>(`.l-${level}`);
      const button = known ?? h('button', { type: 'button', class: `l-${level}`, onclick: () => this.#toggleLevel(i) });
      button.setAttribute('aria-pressed', String(!this.#model.hidden.has(i)));
      button.title = `${count(n)} lines`;
      button.textContent = `${level} ${count(n)}`;
      return button;
    });
    target.replaceChildren(...buttons);
  }

  #showTroubles(): void {
    const { exceptions = [], firstError = null, lastError = null } = this.#stats ?? {};
    const { troubles } = this.#parts;
    troubles.hidden = exceptions.length === 0 && firstError === null;
    const jump = (id: string) => () => this.#jumpTo(id);
    const items: HTMLElement[] = [];
    if (firstError !== null)
      items.push(h('button', { type: 'button', onclick: jump(firstError.id), title: firstError.text }, 'first error'));
    if (lastError !== null && lastError.id !== firstError?.id)
      items.push(h('button', { type: 'button', onclick: jump(lastError.id), title: lastError.text }, 'last error'));
    for (const { signature, count: n, last } of exceptions.slice(0, 8))
      items.push(
        h(
          'button',
          { type: 'button', onclick: jump(last.id), title: `${signature}: the last of ${n}` },
          h('b', {}, `${count(n)}× `),
          signature,
        ),
      );
    troubles.replaceChildren(...items);
  }

  #jumpTo(id: string): void {
    const line = this.#model.id.indexOf(id);
    if (line < 0) return toast(this.#isLoading ? 'That line is still being loaded' : 'That line is not in this view');
    this.#model.reveal(line);
    this.#refresh();
    this.#select(line, true);
  }

  #showBanner(): void {
    const summary = this.#summary;
    if (summary === undefined) return;
    const texts: string[] = [];
    if (!summary.complete)
      texts.push(
        summary.cutBy === 'shards'
          ? `Incomplete: ${summary.failedShards} shards failed (${summary.shardFailure ?? 'no reason given'}).`
          : `Cut by ${summary.cutBy === 'limit' ? 'the limit of this page' : summary.cutBy}: ${count(summary.lines)} of ${count(summary.available ?? 0)} lines. Choose a pod or an attempt, or download all.`,
      );
    if (summary.order !== 'exact')
      texts.push(
        `The order of lines with the same timestamp is not known for ${count(summary.unordered)} lines: their agent does not store it (store_order).`,
      );
    if (summary.missingIndices.length > 0) texts.push(`No index fits ${summary.missingIndices.join(', ')}.`);
    if (texts.length > 0) this.#banner(!summary.complete, texts.join(' '));
    else this.#parts.banner.hidden = true;
  }

  #banner(isBad: boolean, text: string, action?: string, run?: () => void): void {
    const { banner } = this.#parts;
    banner.className = `banner${isBad ? ' bad' : ''}`;
    banner.setAttribute('role', isBad ? 'alert' : 'status');
    banner.hidden = false;
    banner.replaceChildren(h('span', {}, text));
    if (action !== undefined && run !== undefined) banner.append(h('button', { type: 'button', onclick: run }, action));
  }

  #showFoot(): void {
    const { foot } = this.#parts;
    const model = this.#model;
    const expected = this.#containers().reduce((n, c) => n + c.lines, 0);
    const shown = model.view.length === model.length ? '' : ` · ${count(model.view.length)} shown`;
    const state = this.#isLoading
      ? `${count(model.length)} of ${count(Math.max(expected, model.length))} lines …`
      : `${count(model.length)} lines${shown}`;
    const known = this.#summary;
    const order = known === undefined || this.#isLoading ? '' : known.complete ? 'complete' : 'cut';
    const following =
      !this.#isFollowing || this.#isLoading
        ? ''
        : this.#away !== undefined
          ? 'waiting for the cluster'
          : this.#isPaused
            ? 'paused'
            : 'following';
    foot.replaceChildren(
      h('span', { id: 'state', role: 'status' }, state),
      h('span', {}, order),
      h('span', { id: 'following' }, following === 'following' && h('span', { class: 'dot' }), following),
      h('span', { class: 'end' }, model.sources.length > 0 && plural(model.sources.length, 'container')),
    );
    if (!this.#isLoading && model.length === 0)
      this.#banner(false, 'These containers left no lines. Their lines may be older than what the indices keep.');
  }

  #showFresh(): void {
    const { fresh } = this.#parts;
    fresh.hidden = !this.#isPaused || this.#waiting === 0;
    fresh.textContent = `↓ ${count(this.#waiting)} new lines`;
  }

  // ---------------------------------------------------------------- what one does

  #refresh(): void {
    const line = this.#model.view[this.#list.first];
    this.#model.rebuild();
    this.#list.count = this.#model.view.length;
    if (line !== undefined) this.#list.to(this.#model.placeOf(line));
    this.#histogram.draw();
    this.#showLevels();
    this.#showFoot();
  }

  #select(line: number, move: boolean): void {
    this.#now = line;
    history.replaceState(null, '', this.#address(this.#model.id[line]));
    if (move) this.#list.into(this.#model.placeOf(line));
    else this.#list.redraw();
  }

  #zoom(range: { from: number; to: number } | undefined): void {
    this.#model.range = range;
    this.#refresh();
    this.#list.to(0);
  }

  #toggleLevel(i: number): void {
    if (!this.#model.hidden.delete(i)) this.#model.hidden.add(i);
    this.#refresh();
    const find = byId<HTMLInputElement>('find').value;
    if (find !== '') void this.#finder.start(find);
  }

  #toggleWrap(): void {
    change({ wrap: !settings.wrap });
    byId('wrap').setAttribute('aria-pressed', String(settings.wrap));
    this.#list.wrap = settings.wrap;
  }

  #toggleFolds(): void {
    change({ folded: !settings.folded });
    byId('fold').setAttribute('aria-pressed', String(settings.folded));
    this.#model.folded = settings.folded;
    this.#model.differing.clear();
    this.#refresh();
  }

  #fold(line: number): void {
    const head = this.#model.head[line]! >= 0 ? this.#model.head[line]! : line;
    if (!this.#model.canFold(head)) return;
    const top = this.#list.first;
    this.#model.toggleFold(head);
    this.#list.count = this.#model.view.length;
    this.#list.to(top);
    this.#showFoot();
  }

  #toggleFollow(): void {
    this.#isFollowing = !this.#isFollowing;
    this.#isPaused = false;
    byId('follow').setAttribute('aria-pressed', String(this.#isFollowing));
    if (this.#isFollowing) {
      this.#list.toEnd();
      if (!this.#isLoading) void this.#loader!.follow(this.#path, this.#query());
    } else this.#loader!.unfollow();
    this.#showFoot();
  }

  #resume(): void {
    this.#isPaused = false;
    this.#waiting = 0;
    this.#list.toEnd();
    this.#showFoot();
    this.#showFresh();
  }

  #found(): void {
    const output = byId('matches');
    if (output === null) return;
    const { matches, compiled, error, isDone } = this.#finder;
    const at = matches.indexOf(this.#now);
    output.textContent =
      error !== ''
        ? 'not a regex'
        : compiled === undefined
          ? ''
          : `${at >= 0 ? `${count(at + 1)} of ` : ''}${count(matches.length)}${isDone && !this.#isLoading ? '' : ' …'}`;
    this.#list.redraw();
  }

  #step(direction: 1 | -1): void {
    const from = this.#now >= 0 ? this.#now : (this.#model.view[this.#list.first] ?? 0) - 1;
    const line = this.#finder.step(from, direction);
    if (line === undefined) return;
    this.#model.reveal(line);
    this.#list.count = this.#model.view.length;
    this.#select(line, true);
    this.#found();
    this.#showFoot();
  }

  #stepError(direction: 1 | -1): void {
    const { level, head, hidden } = this.#model;
    const bad = [LEVELS.indexOf('error'), LEVELS.indexOf('fatal')];
    for (let i = this.#now + direction; i >= 0 && i < level.length; i += direction) {
      if (!bad.includes(level[i]!) || head[i]! >= 0 || hidden.has(level[i]!)) continue;
      this.#model.reveal(i);
      this.#list.count = this.#model.view.length;
      return this.#select(i, true);
    }
    toast(direction > 0 ? 'No further error' : 'No error before');
  }

  #move(rows: number): void {
    const { view } = this.#model;
    if (view.length === 0) return;
    const at = this.#now >= 0 ? this.#model.placeOf(this.#now) + rows : this.#list.first + Math.max(0, rows - 1);
    this.#select(view[Math.max(0, Math.min(view.length - 1, at))]!, true);
  }

  async #copy(text: string, what: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      toast(`Copied ${what}`);
    } catch {
      const pre = h('pre', { tabindex: 0 });
      pre.textContent = text.slice(0, 1_000_000);
      openDialog(
        'The browser does not let the page copy: select it here',
        pre,
        h('form', { method: 'dialog' }, h('button', {}, 'Close')),
      );
    }
  }

  async #copyAll(): Promise<void> {
    const { view, text } = this.#model;
    await this.#copy(view.map((line) => `${plain(text[line]!)}\n`).join(''), `${count(view.length)} lines`);
  }

  /** Through fetch, since a token cannot be put into a link. */
  async #download(): Promise<void> {
    toast('Preparing the file');
    try {
      const answer = await open(this.#path, { ...this.#query(), download: 'gzip' });
      const name = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1] ?? 'logs.gz';
      const link = h('a', { href: URL.createObjectURL(await answer.blob()), download: name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch (error) {
      toast((error as Error).message);
    }
  }

  /** Drawn again with another theme or zone. */
  restyle(): void {
    this.#list.redraw();
    this.#histogram.draw();
  }

  /** True when the key was taken. */
  key(event: KeyboardEvent): boolean {
    const { view } = this.#model;
    const page = this.#list.rowsInSight - 2;
    const keys: Record<string, () => void> = {
      '/': () => byId('find').focus(),
      n: () => this.#step(1),
      N: () => this.#step(-1),
      e: () => this.#stepError(1),
      E: () => this.#stepError(-1),
      j: () => this.#move(1),
      k: () => this.#move(-1),
      ArrowDown: () => this.#move(1),
      ArrowUp: () => this.#move(-1),
      PageDown: () => this.#move(page),
      PageUp: () => this.#move(-page),
      ' ': () => this.#move(page),
      g: () => this.#move(-view.length),
      Home: () => this.#move(-view.length),
      G: () => this.#end(),
      End: () => this.#end(),
      f: () => this.#toggleFollow(),
      w: () => this.#toggleWrap(),
      x: () => this.#toggleFolds(),
      o: () => this.#now >= 0 && this.#fold(this.#now),
      Enter: () => this.#now >= 0 && this.#fold(this.#now),
      c: () => this.#now >= 0 && void this.#copy(plain(this.#model.text[this.#now]!), 'the line'),
      C: () => void this.#copyAll(),
      l: () =>
        this.#now >= 0 &&
        void this.#copy(`${location.origin}/${this.#address(this.#model.id[this.#now])}`, 'a link to the line'),
      d: () => void this.#download(),
      '[': () => this.#stepAttempt(-1),
      ']': () => this.#stepAttempt(1),
      '0': () => this.#zoom(undefined),
    };
    const tabs = [...this.#roles(), 'all'];
    if (/^[1-9]$/.test(event.key) && tabs[Number(event.key) - 1] !== undefined) {
      this.#go({ tab: tabs[Number(event.key) - 1]!, attempt: '', pod: '' });
      return true;
    }
    const run = keys[event.key];
    run?.();
    return run !== undefined;
  }

  #end(): void {
    const last = this.#model.view.at(-1);
    if (last !== undefined) this.#select(last, false);
    if (this.#isFollowing) this.#resume();
    else this.#list.toEnd();
  }

  #stepAttempt(step: number): void {
    const inTab = this.#job!.containers.filter((c) => this.#place.tab === 'all' || c.role === this.#place.tab);
    const all = ['', ...[...new Set(inTab.map((c) => c.attempt))].sort((a, b) => a - b).map(String)];
    this.#go({ attempt: all[(all.indexOf(this.#place.attempt) + step + all.length) % all.length]!, pod: '' });
  }
}

export const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'find'],
  ['n  N', 'next match, match before'],
  ['e  E', 'next error, error before'],
  ['j  k', 'line down, line up'],
  ['Space', 'page down'],
  ['g  G', 'first line, last line'],
  ['1 … 9', 'tabs'],
  ['[  ]', 'attempts'],
  ['f', 'follow, pause'],
  ['o', 'open or fold a stack trace'],
  ['x', 'fold all, open all'],
  ['w', 'wrap'],
  ['c  C', 'copy the line, all shown'],
  ['l', 'copy a link to the line'],
  ['d', 'download all'],
  ['0', 'whole time'],
  ['u', 'UTC or local time'],
  ['t', 'dark or light'],
  ['b', 'back to the jobs'],
  ['?', 'this list'],
];
