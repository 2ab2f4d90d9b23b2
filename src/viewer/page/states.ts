/// <reference lib="dom" />
/** States said plainly: loading, nothing there and why, the cluster or the viewer away. */
import type { Jobs, ProblemError } from './api.ts';
import { h } from './dom.ts';

export function loading(text: string): HTMLElement {
  return h(
    'div',
    { class: 'state', role: 'status' },
    h('p', {}, h('span', { class: 'spinner', 'aria-hidden': 'true' }), `${text} …`),
  );
}

export function problemState(error: ProblemError, again: () => void): HTMLElement {
  const titles: Record<string, string> = {
    ERR_CLUSTER_AWAY: 'The cluster does not answer',
    ERR_CLUSTER_BUSY: 'The cluster is busy',
    ERR_CLUSTER_REFUSED: 'The cluster refused the question',
    ERR_VIEWER_AWAY: 'The viewer does not answer',
    ERR_NOT_FOUND: 'Not found',
    ERR_UNAUTHORIZED: 'Who are you?',
  };
  const checks: Record<string, string[]> = {
    ERR_CLUSTER_AWAY: [
      'Is Elasticsearch running and reachable from the viewer?',
      'Is --elasticsearch the right address?',
    ],
    ERR_CLUSTER_REFUSED: ['May the viewer’s user read these indices?'],
    ERR_VIEWER_AWAY: ['Is sluice view still running?', 'Is the network or port-forward still up?'],
    ERR_NOT_FOUND: [
      'Its lines may be older than what the indices keep.',
      'You may have no permission for its namespace.',
    ],
  };
  return h(
    'div',
    { class: 'state', role: 'alert' },
    h('h2', {}, titles[error.code] ?? 'That did not work'),
    h('p', {}, error.message),
    h('ul', {}, ...(checks[error.code] ?? []).map((text) => h('li', {}, text))),
    h('button', { type: 'button', onclick: again }, 'Try again'),
  );
}

export function emptyJobs(answer: Jobs, isSearch: boolean): HTMLElement {
  if (isSearch)
    return h(
      'div',
      { class: 'state' },
      h('h2', {}, 'No job fits'),
      h('p', {}, 'Nothing in these namespaces and this time has all of these words in its names.'),
    );
  const missing = answer.missingIndices.join(', ');
  return h(
    'div',
    { class: 'state' },
    h('h2', {}, 'There are no logs yet'),
    h(
      'p',
      {},
      missing === ''
        ? 'The indices are there, but hold no lines of pods that you may read.'
        : 'No index has a name like ',
      missing !== '' && h('code', {}, missing),
      missing !== '' && '.',
    ),
    h('p', {}, 'What to check:'),
    h(
      'ul',
      {},
      h('li', {}, 'Does the agent run on the nodes, and do its logs show errors?'),
      h(
        'li',
        {},
        'Is its ',
        h('code', {}, 'logstash_prefix'),
        ' what the viewer was started with as ',
        h('code', {}, '--prefix'),
        '?',
      ),
      h('li', {}, 'Is it the same cluster?'),
      h(
        'li',
        {},
        'May you read the logs of these namespaces (',
        h('code', {}, 'kubectl auth can-i get pods/log'),
        ')?',
      ),
    ),
  );
}
