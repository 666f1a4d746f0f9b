import { useParams } from '@tanstack/react-router';
import { ImportList } from './ImportList';
import { ImportPage } from './ImportPage';

export default function ImportsPage() {
  const { id } = useParams({ strict: false }) as { id?: string };
  return id ? <ImportPage key={id} id={id} /> : <ImportList />;
}
