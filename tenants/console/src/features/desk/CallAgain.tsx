/** Calls the customer of a call by one click, at a number that nobody needs to see. */
import { PhoneOutlined } from "@ant-design/icons";
import { Button, Tooltip } from "antd";
import { useTranslation } from "react-i18next";
import type { CallView } from "@/api/shapes";
import { actsOn, dial } from "@/features/desk/acts";
import { useMyExtension } from "@/features/desk/queries";
import { useDoing } from "@/parts/errors";
import { usePhone } from "@/phone/PhoneProvider";
import { useTenantId } from "@/session/context";

export function CallAgain({ call }: { call: CallView }) {
  const { t } = useTranslation();
  const tenantId = useTenantId();
  const extension = useMyExtension();
  const phone = usePhone();
  const doing = useDoing();
  if (call.number === "anonymous" || !extension) return null;
  // A colleague has an extension, which is no secret.
  const order = () => (call.number === null ? dial(tenantId, extension, call.dialled) : actsOn(tenantId, call.call_id).callBack(extension));
  const label = t("desk.callNumber", { number: call.number ?? call.dialled });
  return (
    <Tooltip title={label}>
      <Button
        type="text"
        size="small"
        icon={<PhoneOutlined aria-hidden />}
        aria-label={label}
        disabled={phone.line !== null}
        onClick={() => void phone.expecting(() => doing(order))}
      />
    </Tooltip>
  );
}
