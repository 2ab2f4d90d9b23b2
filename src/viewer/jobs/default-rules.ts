/** Rules that are used unless `--rules FILE` gives others; the same text is the example of docs/viewer.md. */
export const DEFAULT_RULES = `# From documents to jobs. The first rule that fits a container decides; labels come before names.
#
# labels:    label → pattern (* and ? as in a shell); all must fit
# namespace, container: patterns as well
# pod:       regular expression on the pod's name; its named groups can be used below
# job, role, attempt: text with {label.NAME} and {group}; a rule whose job is empty does not fit
# beside:    a role; the rule fits where another rule found a pod of this role in the same job
rules:
  # Flink native Kubernetes and the Flink operator: type flink-native-kubernetes, component jobmanager or taskmanager.
  - name: flink-taskmanager
    labels: { component: taskmanager }
    pod: '^.+-taskmanager-(?<attempt>\\d+)-(?<index>\\d+)$'
    job: '{label.app}'
    role: taskmanager
    attempt: '{attempt}'
  - name: flink-component
    labels: { type: 'flink-*', component: '*' }
    job: '{label.app}'
    role: '{label.component}'
  - name: flink-operator-standalone
    labels: { type: 'flink-*' }
    pod: '^(?<cluster>.+)-(?<role>jobmanager|taskmanager)-.+$'
    job: '{cluster}'
    role: '{role}'
  # Spark on Kubernetes: spark-role driver or executor.
  - name: spark-application
    labels: { spark-role: '*', spark-app-name: '*' }
    job: '{label.spark-app-name}'
    role: '{label.spark-role}'
  - name: spark-selector
    labels: { spark-role: '*', spark-app-selector: '*' }
    job: '{label.spark-app-selector}'
    role: '{label.spark-role}'
  # Pods whose labels were lost, and the feature platform's own (feature*-driver).
  - name: taskmanager-name
    pod: '^(?<cluster>.+)-taskmanager-(?<attempt>\\d+)-(?<index>\\d+)$'
    job: '{cluster}'
    role: taskmanager
    attempt: '{attempt}'
  - name: driver-name
    pod: '^(?<job>.+?)-driver(-[a-z0-9]+)*$'
    job: '{job}'
    role: driver
  - name: jobmanager-name
    pod: '^(?<cluster>.+)-jobmanager(-[a-z0-9]+)*$'
    job: '{cluster}'
    role: jobmanager
  - name: executor-name
    pod: '^(?<job>.+)-exec-\\d+$'
    job: '{job}'
    role: executor
    beside: driver
  # The JobManager's Deployment is named as the cluster: cluster id, hash of the replica set, hash of the pod. Any other Deployment's pods are
  # named so too: it is one where the cluster has TaskManagers.
  - name: jobmanager-beside
    pod: '^(?<cluster>.+)-(?:[bcdf0-9][a-z0-9]{5,9})-[a-z0-9]{5}$'
    job: '{cluster}'
    role: jobmanager
    beside: taskmanager
  - name: feature-jobmanager
    pod: '^(?<cluster>feature.*?)-(?:[bcdf0-9][a-z0-9]{5,9})-[a-z0-9]{5}$'
    job: '{cluster}'
    role: jobmanager
`;
