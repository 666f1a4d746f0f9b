import { LineChart } from '@mui/x-charts/LineChart';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../app/formats';
import type { Day } from './days';

const HEIGHT = 280;

/** Sign-ups, sign-ins and orders of each day. */
export function DaysChart({ days }: { days: Day[] }) {
  const { t } = useTranslation('overview');
  const formats = useFormats();
  const series = [
    { label: t('signUps'), data: days.map((day) => day.signUpCount), showMark: false },
    { label: t('signIns'), data: days.map((day) => day.signInCount), showMark: false },
    { label: t('orders'), data: days.map((day) => day.orderCount), showMark: false },
  ];
  return (
    <LineChart
      height={HEIGHT}
      skipAnimation
      xAxis={[
        { scaleType: 'point', data: days.map((day) => day.dayOn), valueFormatter: (day: string) => formats.date(day) },
      ]}
      yAxis={[{ min: 0, tickMinStep: 1 }]}
      series={series}
    />
  );
}
