/** Kubernetes objects of the manifests and where the API keeps them. */

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: {
    readonly template?: { readonly spec: { readonly volumes?: readonly object[] } };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
  readonly data?: Readonly<Record<string, string>>;
}

const PLURALS: Readonly<Record<string, string>> = {
  Elasticsearch: 'elasticsearches',
  Ingress: 'ingresses',
  NetworkPolicy: 'networkpolicies',
};

/** Path of the collection that an object is created in. */
export function collectionOf({ apiVersion, kind, metadata }: Omit<KubeObject, 'spec' | 'data'>): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const namespace = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${group}${namespace}/${PLURALS[kind] ?? `${kind.toLowerCase()}s`}`;
}

/** Definitions of the ECK operator's kinds that accept any field: the operator itself is not part of the tests. */
export function permissiveDefinitions(): KubeObject[] {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const definition = (kind: string, plural: string, group: string) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  });
  return [
    definition('Elasticsearch', 'elasticsearches', 'elasticsearch.k8s.elastic.co'),
    definition('Kibana', 'kibanas', 'kibana.k8s.elastic.co'),
  ] as unknown as KubeObject[];
}
